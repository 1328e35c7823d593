//! The kinds of program, and what making them takes.

use std::env::consts::{ARCH, OS};

use anyhow::{Context, Result};
use clap::ValueEnum;

use xtask::{process, toolchain};

use crate::wine;

/// For whom a program is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// For systems like this one
    Native,
    /// For any Linux of this processor: it needs no library of the system
    Static,
    /// For Windows, made on Linux
    Windows,
}

/// A program that can be made here.
pub struct Program {
    kind: Kind,
    target: String,
}

impl Kind {
    /// What is made when nobody asks for anything: cross-building starts from Linux.
    pub fn usual() -> &'static [Self] {
        if OS == "linux" { &[Self::Native, Self::Static, Self::Windows] } else { &[Self::Native] }
    }

    /// The program of this kind, once everything is there that making it takes.
    pub fn program(self) -> Result<Program> {
        let target = match self {
            Self::Native => toolchain::host()?,
            Self::Static => format!("{ARCH}-unknown-linux-musl"),
            Self::Windows => "x86_64-pc-windows-gnu".to_owned(),
        };
        if self != Self::Native {
            toolchain::ensure_target(&target)?;
        }
        if let Some((compiler, package)) = self.compiler() {
            process::on_path(&[compiler]).with_context(|| {
                format!("{compiler} was not found; on Debian and Ubuntu: apt-get install {package}")
            })?;
        }
        Ok(Program { kind: self, target })
    }

    /// The C compiler, and the Debian package that it comes with.
    fn compiler(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Native => None,
            Self::Static => Some(("musl-gcc", "musl-tools")),
            Self::Windows => Some((wine::COMPILER, "gcc-mingw-w64-x86-64")),
        }
    }
}

impl Program {
    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The compiler's name for what it runs on.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The target that cargo is to be told, where it is not this system.
    pub fn cross(&self) -> Option<&str> {
        (self.kind != Kind::Native).then_some(&self.target)
    }

    /// In words.
    pub fn title(&self) -> String {
        match self.kind {
            Kind::Native => format!("{OS} ({ARCH})"),
            Kind::Static => format!("any linux ({ARCH})"),
            Kind::Windows => "windows (x86_64)".to_owned(),
        }
    }

    /// What people get.
    pub fn file_name(&self) -> String {
        let stem = format!("{}-{}", xtask::workspace::NAME, env!("CARGO_PKG_VERSION"));
        match self.kind {
            Kind::Native if OS == "windows" => format!("{stem}-{ARCH}-windows.exe"),
            Kind::Native => format!("{stem}-{ARCH}-{OS}"),
            Kind::Static => format!("{stem}-{ARCH}-linux-static"),
            Kind::Windows => format!("{stem}-x86_64-windows.exe"),
        }
    }
}
