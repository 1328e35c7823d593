//! The program; see the library.

fn main() -> anyhow::Result<()> {
    bundler::run(std::env::args_os().skip(1))
}
