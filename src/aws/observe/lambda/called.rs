//! Which function a physical id, an ARN or a name calls, and by which qualifier.

/// A function by its name, and what stands behind the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Called<'a> {
    /// `orders`
    pub(super) name: &'a str,
    /// `live`, `3`, `$LATEST`; none of the bare function.
    pub(super) qualifier: Option<&'a str>,
}

impl<'a> Called<'a> {
    /// Reads `arn:aws:lambda:eu-west-1:123456789012:function:orders:live`, `123456789012:function:orders:live`,
    /// `function:orders:live` or `orders:live`, each with or without the qualifier. None, where it is nothing of that kind.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let named = match text.split_once(":function:") {
            Some((_, named)) => named,
            None => text.strip_prefix("function:").unwrap_or(text),
        };
        let (name, qualifier) = match named.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (named, None),
        };
        (is_name(name) && qualifier.is_none_or(is_qualifier)).then_some(Self { name, qualifier })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_qualifier(text: &str) -> bool {
    text == "$LATEST" || is_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_read_from_every_way_to_write_it() {
        let arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders";
        let cases = [
            ("orders", Some(("orders", None))),
            ("orders:live", Some(("orders", Some("live")))),
            ("orders:$LATEST", Some(("orders", Some("$LATEST")))),
            ("orders:12", Some(("orders", Some("12")))),
            ("function:orders:live", Some(("orders", Some("live")))),
            ("123456789012:function:orders", Some(("orders", None))),
            (arn, Some(("orders", None))),
            (&format!("{arn}:live"), Some(("orders", Some("live")))),
            (&format!("{arn}:live:more"), None),
            (&format!("{arn}:"), None),
            ("arn:aws:sqs:eu-west-1:123456789012:orders", None),
            ("arn:aws:lambda:eu-west-1:123456789012:layer:tools:1", None),
            ("../orders", None),
            ("orders?x=y", None),
            ("", None),
            (":", None),
        ];
        for (text, expected) in cases {
            let found = Called::read(text).map(|called| (called.name, called.qualifier));
            assert_eq!(found, expected, "{text}");
        }
    }
}
