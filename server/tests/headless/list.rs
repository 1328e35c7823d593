//! `token-inventory list` and `export`.

use serde_json::Value;

use crate::terminal::Terminal;

#[tokio::test]
async fn the_inventory_is_a_table_or_json_lines() {
    let terminal = Terminal::small().await;
    let all = terminal.tokens(&[]).await;
    assert_eq!(all.len(), 40);
    let table = terminal.run(&["list"]).await;
    let lines: Vec<&str> = table.out.lines().collect();
    assert!(
        table.code == 0 && lines.len() == 41 && lines[0].starts_with("SERIAL NUMBER  MODEL "),
        "{table:?}"
    );
    let first = all[0]["serialNumber"].as_str().unwrap();
    assert!(lines[1].starts_with(first), "in the order of serial numbers, as in the browser: {}", lines[1]);
}

#[tokio::test]
async fn filters_are_the_words_of_the_inventorys_address() {
    let terminal = Terminal::small().await;
    let all = terminal.tokens(&[]).await;
    let model = format!("{}:{}", all[0]["manufacturer"].as_str().unwrap(), all[0]["model"].as_str().unwrap());
    let alike = terminal.tokens(&["--model", &model]).await;
    let is_alike =
        |token: &&Value| token["manufacturer"] == all[0]["manufacturer"] && token["model"] == all[0]["model"];
    assert_eq!(alike.len(), all.iter().filter(is_alike).count());
    let stock = terminal.tokens(&["--view", "stock"]).await;
    assert!(!stock.is_empty() && stock.iter().all(|token| token["userId"].is_null()));
    let serial = all[7]["serialNumber"].as_str().unwrap();
    assert!(terminal.tokens(&["--search", serial]).await.contains(&all[7]));
    let descending = terminal.tokens(&["--sort", "-serial"]).await;
    assert_eq!(descending.last(), all.first());
    let wrong = terminal.run(&["list", "--status", "lost"]).await;
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("available, assigned, activated"), "{}", wrong.err);
}

#[tokio::test]
async fn an_export_is_the_browsers_file_and_is_recorded() {
    let terminal = Terminal::small().await;
    let csv = terminal.run(&["export", "--status", "activated"]).await;
    assert_eq!(csv.code, 0, "{csv:?}");
    assert!(csv.out.starts_with("\u{feff}upn,serial number,manufacturer,"), "{}", csv.out);
    let ended = terminal.run(&["export", "--format", "json", "--output", "all.json"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{ended:?}");
    let rows: Vec<Value> = serde_json::from_str(&terminal.read("all.json")).unwrap();
    assert_eq!(rows, terminal.tokens(&[]).await);
    let trail = terminal.trail().await;
    let told: Vec<&str> = trail.iter().map(|entry| entry["after"].as_str().unwrap()).collect();
    assert_eq!(told[0], "40 tokens of the inventory as JSON");
    assert!(trail.iter().all(|entry| entry["action"] == "export") && told.len() == 2, "{trail:?}");
}

#[tokio::test]
async fn a_made_up_company_is_there_to_try_it() {
    let mut terminal = Terminal::small().await;
    terminal.variables.clear();
    let ended = terminal.run(&["list", "--practice", "--json"]).await;
    assert_eq!((ended.code, ended.lines().len()), (0, 2_500));
}
