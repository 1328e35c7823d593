//! `token-inventory list` and `export`.

use serde_json::Value;

use crate::support::test_cli::TestCli;

#[tokio::test]
async fn the_inventory_is_a_table_or_json_lines() {
    let cli = TestCli::small().await;
    let all = cli.tokens(&[]).await;
    assert_eq!(all.len(), 40);
    let table = cli.run(&["list"]).await;
    let lines: Vec<&str> = table.out.lines().collect();
    assert!(
        table.code == 0 && lines.len() == 41 && lines[0].starts_with("SERIAL NUMBER  MODEL "),
        "{table:?}"
    );
    let first = all[0]["serialNumber"].as_str().unwrap();
    assert!(lines[1].starts_with(first), "in the order of serial numbers, as in the browser: {}", lines[1]);
}

#[tokio::test]
async fn filters_take_the_values_of_the_inventorys_url() {
    let cli = TestCli::small().await;
    let all = cli.tokens(&[]).await;
    let model = format!("{}:{}", all[0]["manufacturer"].as_str().unwrap(), all[0]["model"].as_str().unwrap());
    let same_model = cli.tokens(&["--model", &model]).await;
    let is_same_model =
        |token: &&Value| token["manufacturer"] == all[0]["manufacturer"] && token["model"] == all[0]["model"];
    assert_eq!(same_model.len(), all.iter().filter(is_same_model).count());
    let stock = cli.tokens(&["--view", "stock"]).await;
    assert!(!stock.is_empty() && stock.iter().all(|token| token["userId"].is_null()));
    let serial = all[7]["serialNumber"].as_str().unwrap();
    assert!(cli.tokens(&["--search", serial]).await.contains(&all[7]));
    let descending = cli.tokens(&["--sort", "-serial"]).await;
    assert_eq!(descending.last(), all.first());
    let wrong = cli.run(&["list", "--status", "lost"]).await;
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("available, assigned, activated"), "{}", wrong.err);
}

#[tokio::test]
async fn an_export_is_the_browsers_file_and_is_recorded() {
    let cli = TestCli::small().await;
    let csv = cli.run(&["export", "--status", "activated"]).await;
    assert_eq!(csv.code, 0, "{csv:?}");
    assert!(csv.out.starts_with("\u{feff}upn,serial number,manufacturer,"), "{}", csv.out);
    let result = cli.run(&["export", "--format", "json", "--output", "all.json"]).await;
    assert_eq!((result.code, result.out.as_str()), (0, ""), "{result:?}");
    let rows: Vec<Value> = serde_json::from_str(&cli.read("all.json")).unwrap();
    assert_eq!(rows, cli.tokens(&[]).await);
    let trail = cli.trail().await;
    let told: Vec<&str> = trail.iter().map(|entry| entry["after"].as_str().unwrap()).collect();
    assert_eq!(told[0], "40 tokens of the inventory as JSON");
    assert!(trail.iter().all(|entry| entry["action"] == "export") && told.len() == 2, "{trail:?}");
}

#[tokio::test]
async fn the_practice_tenant_needs_no_configuration() {
    let mut cli = TestCli::small().await;
    cli.variables.clear();
    let result = cli.run(&["list", "--practice", "--json"]).await;
    assert_eq!((result.code, result.lines().len()), (0, 2_500));
}
