//! `cargo xtask watch`: serves the app, and rebuilds and reloads it after edits.
//!
//! After an edit of a page only the WebAssembly app is rebuilt, so the server keeps running with its practice tenant and
//! sessions. The page is rendered in the browser only (the feature `watch` of the app).

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::{Duration, SystemTime},
};

use crate::{
    app::{self, App},
    error::{Context as _, Result},
    files,
    run::serve,
    site,
    stages::stage,
    workspace::root,
};

/// How often the sources are checked.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Sources of the server. A change there needs a restart, which resets the practice tenant.
const SERVER_SOURCES: [&str; 6] =
    ["server", "app/core", "app/seed-readers", "app/src/api", "app/Cargo.toml", "Cargo.toml"];
/// Sources of the page.
const PAGE_SOURCES: [&str; 4] = ["app/src", "app/core", "app/seed-readers", "app/Cargo.toml"];
const STYLE_SOURCES: [&str; 2] = ["style", "public"];

/// Serves the app until the process is killed.
///
/// # Errors
/// When the first build fails, or the server cannot be started.
pub fn watch(server_args: &[OsString]) -> Result<()> {
    println!("Builds Token Inventory and serves it; an edit of the sources shows in the page by itself.");
    let mut sources = Sources::read()?;
    let app = app::watched()?;
    let mut builds = Builds::default();
    builds.write(&app.site)?;
    let mut server = start(&app, server_args)?;
    loop {
        thread::sleep(POLL_INTERVAL);
        let changed = sources.changed()?;
        if changed.is_empty() {
            continue;
        }
        // The compiler has printed its errors; the next edit triggers another build.
        _ = rebuild(&changed, &app, &mut builds, &mut server, server_args);
    }
}

fn rebuild(
    changed: &[PathBuf],
    app: &App,
    builds: &mut Builds,
    server: &mut Child,
    server_args: &[OsString],
) -> Result<()> {
    if is_below(changed, &STYLE_SOURCES) {
        site::write_style(&app.site)?;
        site::copy_public(&app.site)?;
        builds.style += 1;
        builds.write(&app.site)?;
    }
    if is_below(changed, &PAGE_SOURCES) {
        stage("The page", app::watched_site)?;
        builds.app += 1;
        builds.write(&app.site)?;
    }
    if is_below(changed, &SERVER_SOURCES) {
        stage("The server", app::debug_server)?;
        server.kill()?;
        server.wait()?;
        *server = start(app, server_args)?;
        builds.app += 1;
        builds.write(&app.site)?;
    }
    Ok(())
}

fn start(app: &App, server_args: &[OsString]) -> Result<Child> {
    println!();
    serve(app).args(server_args).spawn().context(|| "the server cannot be started")
}

/// The build numbers in the site, which the page polls.
#[derive(Default)]
struct Builds {
    app: u64,
    style: u64,
}

impl Builds {
    fn write(&self, site: &Path) -> Result<()> {
        let numbers = format!("{} {}\n", self.app, self.style);
        fs::write(site.join("pkg/builds.txt"), numbers)
            .context(|| "the number of the build cannot be written")
    }
}

/// The sources with their modification times.
struct Sources(HashMap<PathBuf, SystemTime>);

impl Sources {
    fn read() -> Result<Self> {
        let mut files = Vec::new();
        for place in
            SERVER_SOURCES.iter().chain(&PAGE_SOURCES).chain(&STYLE_SOURCES).map(|place| root().join(place))
        {
            if place.is_dir() { files.extend(files::list(&place)?) } else { files.push(place) }
        }
        // Ignores missing files: an editor may remove a file for a moment.
        let written =
            |file: PathBuf| fs::metadata(&file).and_then(|data| data.modified()).ok().map(|at| (file, at));
        Ok(Self(files.into_iter().filter_map(written).collect()))
    }

    /// The files that were written, added or removed since the last call.
    fn changed(&mut self) -> Result<Vec<PathBuf>> {
        let now = Self::read()?;
        let is_new = |(file, at): &(&PathBuf, &SystemTime)| self.0.get(*file) != Some(*at);
        let written = now.0.iter().filter(is_new).map(|(file, _)| file);
        let removed = self.0.keys().filter(|file| !now.0.contains_key(*file));
        let changed = written.chain(removed).cloned().collect();
        *self = now;
        Ok(changed)
    }
}

fn is_below(changed: &[PathBuf], places: &[&str]) -> bool {
    changed.iter().any(|file| places.iter().any(|place| file.starts_with(root().join(place))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_needs_its_own_build() {
        let changed = |file: &str| [root().join(file)];
        assert!(is_below(&changed("style/components/ring.css"), &STYLE_SOURCES));
        assert!(
            is_below(&changed("app/src/pages/my.rs"), &PAGE_SOURCES)
                && !is_below(&changed("app/src/pages/my.rs"), &SERVER_SOURCES)
        );
        for both in ["app/src/api/clock.rs", "app/core/src/otp.rs"] {
            assert!(
                is_below(&changed(both), &PAGE_SOURCES) && is_below(&changed(both), &SERVER_SOURCES),
                "{both}"
            );
        }
        assert!(!is_below(
            &changed("docs/AUDIT.md"),
            &[&SERVER_SOURCES[..], &PAGE_SOURCES, &STYLE_SOURCES].concat()
        ));
    }

    #[test]
    fn written_and_removed_files_are_reported_once() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(9_000);
        let known = |at| HashMap::from([(PathBuf::from("gone.rs"), now), (root().join("Cargo.toml"), at)]);
        let mut sources = Sources(known(now - Duration::from_secs(60)));
        let changed = sources.changed().unwrap();
        assert!(changed.contains(&PathBuf::from("gone.rs")) && changed.contains(&root().join("Cargo.toml")));
        assert_eq!(sources.changed().unwrap(), Vec::<PathBuf>::new());
    }
}
