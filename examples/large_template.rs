//! Writes a template of so many resources to standard output: `cargo run --example large_template 500 > large.yaml`.

#[path = "../tests/templates/large.rs"]
mod large;

use std::{
    env,
    error::Error,
    io::{self, Write},
};

fn main() -> Result<(), Box<dyn Error>> {
    let resources = env::args().nth(1).ok_or("usage: large_template RESOURCES")?.parse()?;
    io::stdout().write_all(large::template(resources).as_bytes())?;
    Ok(())
}
