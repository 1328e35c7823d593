//! The inventory as a text table.

use token_core::{
    inventory::{AssignedUserInfo, Inventory},
    token::Token,
};
use unicode_width::UnicodeWidthStr as _;

use super::output::plain;

const HEAD: [&str; 5] = ["SERIAL NUMBER", "MODEL", "STATUS", "USER", "LAST USED"];

/// A header and a line a token, in aligned columns.
pub fn table(inventory: &Inventory, tokens: &[&Token]) -> String {
    let head = HEAD.map(str::to_owned);
    let lines: Vec<_> =
        std::iter::once(head).chain(tokens.iter().map(|token| cells(token, inventory))).collect();
    let mut widths = [0; HEAD.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.width().max(*width);
        }
    }
    lines.iter().map(|line| row(line, &widths)).collect()
}

fn row(cells: &[String; HEAD.len()], widths: &[usize; HEAD.len()]) -> String {
    let mut row = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        row.push_str(cell);
        // Two spaces between columns; the width counts wide characters twice.
        row.push_str(&" ".repeat(width - cell.width() + 2));
    }
    format!("{}\n", row.trim_end())
}

fn cells(token: &Token, inventory: &Inventory) -> [String; HEAD.len()] {
    let user = token.assigned_to.as_ref().map(|assigned_to| match inventory.user(&assigned_to.id) {
        AssignedUserInfo::Known(user) => user.upn.clone(),
        AssignedUserInfo::Deleted => "(deleted user)".to_owned(),
        AssignedUserInfo::Pending => {
            assigned_to.name.clone().unwrap_or_else(|| assigned_to.id.as_str().to_owned())
        }
    });
    [
        token.serial.to_string(),
        format!("{}:{}", token.manufacturer, token.model),
        token.status.to_string(),
        user.unwrap_or_default(),
        token.last_used.clone().unwrap_or_default(),
    ]
    .map(|cell| plain(&cell).replace('\n', " "))
}
