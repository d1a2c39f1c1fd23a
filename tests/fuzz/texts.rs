//! Bytes that may be documents.

use fitgate::{
    baseline::{Baseline, Baselines},
    deployment::AppSpec,
    event::HookEvent,
    policy::Policy,
    source::{Limits, parse},
};
use proptest::{prelude::*, sample::select};

use super::{
    laws::{in_time, placed, template},
    plain::plain,
    values::tree,
};

/// Pieces of YAML and JSON, templates' own words among them.
const PIECES: [&str; 44] = [
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "\"",
    "'",
    "&a ",
    "*a",
    "<<: *a",
    "? ",
    "!Ref ",
    "!Sub ",
    "!If [C, ",
    "!GetAtt A.B",
    "!!binary x",
    "|\n  ",
    ">-\n ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "# c",
    "\t",
    "é",
    "\u{feff}",
    "Resources:\n",
    "A:",
    "Type: AWS::S3::Bucket",
    "Properties:",
    "Transform: AWS::Serverless-2016-10-31\n",
    "Fn::ForEach::A",
    "0777",
    "1e3",
    "~",
    "null",
    "yes",
    "Conditions:",
    "Parameters:\n",
    "version: 1\n",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => select(PIECES.to_vec()).prop_map(str::to_owned), 1 => "[ -~]{0,6}"];
    let pieces = prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat());
    let deep = (select(vec!["[", "{a: ", "- ", "!Not [", "{\"Fn::Sub\": [", "? "]), 1usize..3000);
    prop_oneof![9 => pieces, 1 => deep.prop_map(|(piece, times)| piece.repeat(times))]
}

proptest! {
    #![proptest_config(super::laws::config(1500))]

    #[test]
    fn any_text_is_refused_with_a_place_or_read(text in text()) {
        for name in ["t.yaml", "t.json"] {
            if let Err(mistake) = in_time(|| parse(name, text.as_bytes(), &Limits::default()))? {
                placed(&[mistake])?;
            }
            template(name, text.as_bytes())?;
            if let Err(mistakes) = Policy::parse(name, text.as_bytes()) {
                placed(&mistakes.0)?;
            }
        }
        let _ = AppSpec::parse(&text);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        template("t.yaml", &bytes)?;
        let _ = (Baseline::from_json(&bytes), Baselines::from_json(&bytes), HookEvent::parse(&bytes));
    }

    #[test]
    fn a_tree_written_as_json_is_read_as_it_was(tree in tree(&["a".to_owned(), "Ref".to_owned(), "é\"\\".to_owned()])) {
        let written = serde_json::to_string_pretty(&tree).expect("JSON");
        let read = parse("t.json", written.as_bytes(), &Limits::default());
        let read = read.map(|node| plain(&node).to_string()).map_err(|error| error.to_string());
        prop_assert_eq!(read, Ok(tree.to_string()));
        let _ = (Baseline::from_json(written.as_bytes()), AppSpec::from_value(&tree), HookEvent::from_value(&tree));
    }
}
