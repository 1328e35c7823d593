//! Wine, which runs programs for Windows on Linux.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use xtask::{cargo, process};

/// The compiler of programs for Windows.
pub const COMPILER: &str = "x86_64-w64-mingw32-gcc";
/// A library that every program in Rust asks for random numbers, and that Wine has since version 9. To older ones it is lent;
/// newer ones take their own.
const LENT: &str = "bcryptprimitives.dll";
const LENT_SOURCE: &str = "
    #include <windows.h>
    #include <ntsecapi.h>
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
        return RtlGenRandom(data, (ULONG)length);
    }
";

/// An installed Wine.
pub struct Wine {
    program: PathBuf,
    /// Where programs look for libraries after their own folder and Windows itself.
    libraries: PathBuf,
}

impl Wine {
    /// The one that is installed here, if there is one.
    pub fn find() -> Result<Option<Self>> {
        let Some(program) = process::on_path(&["wine", "wine64"]) else { return Ok(None) };
        let libraries = cargo::target()?.join("wine");
        fs::create_dir_all(&libraries)?;
        let source = libraries.join("bcryptprimitives.c");
        fs::write(&source, LENT_SOURCE)?;
        let mut compile = Command::new(COMPILER);
        compile.arg("-shared").arg("-o").arg(libraries.join(LENT)).arg(&source).arg("-ladvapi32");
        process::run(&mut compile)?;
        Ok(Some(Self { program, libraries }))
    }

    /// Runs a program in a Windows of its own, which is kept in the folder `windows`.
    pub fn command(&self, program: &Path, windows: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(program).env("WINEPREFIX", windows).env("WINEDEBUG", "-all");
        command.env("WINEPATH", as_windows_says(&self.libraries));
        command
    }
}

/// Wine shows the root of this system as drive Z.
fn as_windows_says(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_system_lies_on_drive_z() {
        assert_eq!(as_windows_says(Path::new("/home/me/target/wine")), r"Z:\home\me\target\wine");
    }
}
