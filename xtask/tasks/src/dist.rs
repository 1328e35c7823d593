//! `cargo xtask dist`: builds the files of a release in `target/dist`: the programs, the SBOM, the licences, and checksums.

mod checksums;
mod kind;
mod licences;
mod packages;
mod sbom;
mod smoke_test;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use self::kind::{Kind, Program};
use xtask::{app, cargo, site, stages::stage, workspace::NAME};

use crate::sizes;

/// What to make.
#[derive(clap::Args)]
pub struct DistOptions {
    /// Kinds of program to make; without any, all that can be made here
    #[arg(value_enum)]
    kinds: Vec<Kind>,
}

/// Builds everything, and runs the smoke test of each program that can run here.
pub fn dist(options: &DistOptions) -> Result<()> {
    let (programs, missing) = programs(options)?;
    let site = stage("Site (release)", site::release)?;
    stage("Size of the first load", || sizes::weigh(&site))?;
    let folder = empty_folder()?;
    for program in &programs {
        let file = stage(&format!("Program for {}", program.title()), || build(program, &site, &folder))?;
        stage(&format!("Trial of {}", file_name(&file)), || smoke_test::run(&file, program))?;
    }
    let targets: Vec<&str> = programs.iter().map(Program::target).collect();
    stage("Licences and parts", || -> Result<()> {
        let packages = packages::shipped(&targets)?;
        println!("{} packages", packages.len());
        fs::write(folder.join("THIRD-PARTY-LICENCES.txt"), licences::text(&packages)?)?;
        fs::write(folder.join(format!("{NAME}.cdx.json")), sbom::document(&packages)?)?;
        Ok(())
    })?;
    stage("Checksums", || checksums::write(&folder))?;
    for why in &missing {
        println!("\nNot made: {why}");
    }
    println!("\nMade: {}", folder.display());
    Ok(())
}

/// The programs to build, and why others cannot be built.
fn programs(options: &DistOptions) -> Result<(Vec<Program>, Vec<String>)> {
    let kinds = if options.kinds.is_empty() { Kind::usual() } else { &options.kinds };
    let (mut programs, mut missing) = (Vec::new(), Vec::new());
    for kind in kinds {
        match kind.program() {
            Ok(program) => programs.push(program),
            // A kind that was requested by name is required.
            Err(why) if !options.kinds.is_empty() => return Err(why),
            Err(why) => missing.push(format!("{why:#}")),
        }
    }
    if programs.is_empty() {
        bail!("nothing can be made here:\n{}", missing.join("\n"));
    }
    Ok((programs, missing))
}

fn empty_folder() -> Result<PathBuf> {
    let folder = cargo::target()?.join("dist");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Builds one program; returns its path.
fn build(program: &Program, site: &Path, folder: &Path) -> Result<PathBuf> {
    let built = app::server_with(site, program.cross())?;
    let file = folder.join(program.file_name());
    fs::copy(&built, &file).with_context(|| format!("{} cannot be copied", built.display()))?;
    println!("{}: {} bytes", file_name(&file), fs::metadata(&file)?.len());
    Ok(file)
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
