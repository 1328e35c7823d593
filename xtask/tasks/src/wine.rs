//! Runs programs for Windows on Linux with Wine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use xtask::{cargo, process};

/// The C compiler for Windows.
pub const COMPILER: &str = "x86_64-w64-mingw32-gcc";
/// The library from which Rust programs get random numbers. Wine has it since version 9; older versions use the one built here.
const RANDOM_LIBRARY: &str = "bcryptprimitives.dll";
const RANDOM_LIBRARY_SOURCE: &str = "
    #include <windows.h>
    #include <ntsecapi.h>
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
        return RtlGenRandom(data, (ULONG)length);
    }
";

/// An installed Wine.
pub struct Wine {
    program: PathBuf,
    /// A folder in which programs look for libraries, after their own folder and Windows' folders.
    libraries: PathBuf,
}

impl Wine {
    /// The installed Wine, if there is one.
    pub fn find() -> Result<Option<Self>> {
        let Some(program) = process::on_path(&["wine", "wine64"]) else { return Ok(None) };
        let libraries = cargo::target()?.join("wine");
        fs::create_dir_all(&libraries)?;
        let source = libraries.join("bcryptprimitives.c");
        fs::write(&source, RANDOM_LIBRARY_SOURCE)?;
        let mut compile = Command::new(COMPILER);
        compile.arg("-shared").arg("-o").arg(libraries.join(RANDOM_LIBRARY)).arg(&source).arg("-ladvapi32");
        process::run(&mut compile)?;
        Ok(Some(Self { program, libraries }))
    }

    /// Runs a program in a Windows installation of its own in the folder `windows`.
    pub fn command(&self, program: &Path, windows: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(program).env("WINEPREFIX", windows).env("WINEDEBUG", "-all");
        command.env("WINEPATH", windows_path(&self.libraries));
        command
    }
}

/// The Windows path of a path on this system, whose root is Wine's drive Z.
fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_system_is_on_drive_z() {
        assert_eq!(windows_path(Path::new("/home/me/target/wine")), r"Z:\home\me\target\wine");
    }
}
