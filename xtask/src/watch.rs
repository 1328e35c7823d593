//! `cargo xtask watch`: serves the app, and brings what is edited to the page.
//!
//! Only the browser's part is built after an edit of a page, so the server goes on, and with it the practice tenant and every
//! session. Its page is drawn in the browser alone (the feature `watch` of the app).

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
    run::serve,
    site,
    stages::stage,
    workspace::root,
};

/// How often the sources are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// What the server is made of beside its own sources: a change there takes a restart, which forgets the practice tenant.
const SERVED: [&str; 5] = ["server", "app/core", "app/src/api", "app/Cargo.toml", "Cargo.toml"];
/// What the page is made of.
const SHOWN: [&str; 3] = ["app/src", "app/core", "app/Cargo.toml"];
const STYLED: [&str; 2] = ["style", "public"];

/// Serves the app until it is ended.
///
/// # Errors
/// When the first build fails, or the server cannot be started.
pub fn watch(server_args: &[OsString]) -> Result<()> {
    println!("Builds Token Inventory and serves it; an edit of the sources shows in the page by itself.");
    let mut sources = Sources::read()?;
    let app = app::watched()?;
    let mut builds = Builds::default();
    builds.tell(&app.site)?;
    let mut server = start(&app, server_args)?;
    loop {
        thread::sleep(PAUSE);
        let changed = sources.changed()?;
        if changed.is_empty() {
            continue;
        }
        // What does not compile has been told by the compiler; the next edit is the next try.
        _ = follow(&changed, &app, &mut builds, &mut server, server_args);
    }
}

fn follow(
    changed: &[PathBuf],
    app: &App,
    builds: &mut Builds,
    server: &mut Child,
    server_args: &[OsString],
) -> Result<()> {
    if is_below(changed, &STYLED) {
        site::write_style(&app.site)?;
        site::copy_public(&app.site)?;
        builds.style += 1;
        builds.tell(&app.site)?;
    }
    if is_below(changed, &SHOWN) {
        stage("The page", app::watched_site)?;
        builds.app += 1;
        builds.tell(&app.site)?;
    }
    if is_below(changed, &SERVED) {
        stage("The server", app::debug_server)?;
        server.kill()?;
        server.wait()?;
        *server = start(app, server_args)?;
        builds.app += 1;
        builds.tell(&app.site)?;
    }
    Ok(())
}

fn start(app: &App, server_args: &[OsString]) -> Result<Child> {
    println!();
    serve(app).args(server_args).spawn().context(|| "the server cannot be started")
}

/// The numbers of the builds in the site, which the page asks for.
#[derive(Default)]
struct Builds {
    app: u64,
    style: u64,
}

impl Builds {
    fn tell(&self, site: &Path) -> Result<()> {
        let numbers = format!("{} {}\n", self.app, self.style);
        fs::write(site.join("pkg/builds.txt"), numbers)
            .context(|| "the number of the build cannot be written")
    }
}

/// The sources, and when each was last written.
struct Sources(HashMap<PathBuf, SystemTime>);

impl Sources {
    fn read() -> Result<Self> {
        let mut files = Vec::new();
        for place in SERVED.iter().chain(&SHOWN).chain(&STYLED).map(|place| root().join(place)) {
            if place.is_dir() { files.extend(site::files(&place)?) } else { files.push(place) }
        }
        // An editor may take a file away for a moment.
        let written =
            |file: PathBuf| fs::metadata(&file).and_then(|data| data.modified()).ok().map(|at| (file, at));
        Ok(Self(files.into_iter().filter_map(written).collect()))
    }

    /// What was written, added or removed since the last look.
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
    fn each_place_takes_its_own_build() {
        let changed = |file: &str| [root().join(file)];
        assert!(is_below(&changed("style/components/ring.css"), &STYLED));
        assert!(
            is_below(&changed("app/src/pages/my.rs"), &SHOWN)
                && !is_below(&changed("app/src/pages/my.rs"), &SERVED)
        );
        for both in ["app/src/api/clock.rs", "app/core/src/otp.rs"] {
            assert!(is_below(&changed(both), &SHOWN) && is_below(&changed(both), &SERVED), "{both}");
        }
        assert!(!is_below(&changed("docs/AUDIT.md"), &[&SERVED[..], &SHOWN, &STYLED].concat()));
    }

    #[test]
    fn what_is_written_or_removed_is_told_once() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(9_000);
        let known = |at| HashMap::from([(PathBuf::from("gone.rs"), now), (root().join("Cargo.toml"), at)]);
        let mut sources = Sources(known(now - Duration::from_secs(60)));
        let changed = sources.changed().unwrap();
        assert!(changed.contains(&PathBuf::from("gone.rs")) && changed.contains(&root().join("Cargo.toml")));
        assert_eq!(sources.changed().unwrap(), Vec::<PathBuf>::new());
    }
}
