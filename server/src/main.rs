//! Token Inventory.
fn main() {}
