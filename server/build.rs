//! Rebuilds the program when the files of the app change that the feature `embed` embeds.

fn main() {
    const SITE: &str = "TOKEN_INVENTORY_SITE";
    println!("cargo::rerun-if-env-changed={SITE}");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return;
    }
    match std::env::var(SITE) {
        Ok(site) => println!("cargo::rerun-if-changed={site}"),
        Err(_) => println!(
            "cargo::error=the feature `embed` needs the folder of a built app in {SITE}: use `cargo xtask build`"
        ),
    }
}
