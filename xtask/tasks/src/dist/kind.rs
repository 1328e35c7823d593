//! The kinds of program, and the tools that building them needs.

use std::env::consts::{ARCH, OS};

use anyhow::{Context, Result};
use clap::ValueEnum;

use xtask::{process, toolchain};

use crate::wine;

/// The kind of system that a program is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// For systems like this one
    Native,
    /// For any Linux of this processor: it needs no library of the system
    Static,
    /// For Windows, made on Linux
    Windows,
}

/// A program that can be built here.
pub struct Program {
    kind: Kind,
    target: String,
}

impl Kind {
    /// The kinds that are built by default; cross-compilation works on Linux only.
    pub fn usual() -> &'static [Self] {
        if OS == "linux" { &[Self::Native, Self::Static, Self::Windows] } else { &[Self::Native] }
    }

    /// The program of this kind; fails if a tool that building it needs is missing.
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

    /// The C compiler, and its Debian package.
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

    /// The Rust target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The target for cargo, unless it is this system.
    pub fn cross(&self) -> Option<&str> {
        (self.kind != Kind::Native).then_some(&self.target)
    }

    /// The title for messages.
    pub fn title(&self) -> String {
        match self.kind {
            Kind::Native => format!("{OS} ({ARCH})"),
            Kind::Static => format!("any linux ({ARCH})"),
            Kind::Windows => "windows (x86_64)".to_owned(),
        }
    }

    /// The file name in a release.
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
