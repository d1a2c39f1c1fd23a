//! What functions wrote, from CloudWatch Logs, and the way to ask it and other services that fitgate has no client of
//! the SDK for: requests written by hand, for an emulator that takes nothing of a signature but the account.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use super::ministack::{Account, REGION};

const ANSWER: Duration = Duration::from_secs(10);

impl Account {
    /// The lines of a log group that are JSON: what the functions themselves wrote.
    pub(crate) fn log_lines(&self, group: &str) -> Vec<Value> {
        let answer = self.logs("FilterLogEvents", &json!({"logGroupName": group, "limit": 10_000}));
        assert!(answer.get("nextToken").is_none(), "{group} has more lines than one page");
        let events = answer["events"].as_array().unwrap_or_else(|| panic!("no events of {group}: {answer}"));
        let messages = events.iter().map(|event| event["message"].as_str().expect("a message"));
        messages.filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn logs(&self, operation: &str, input: &Value) -> Value {
        self.ask("logs", "Logs_20140328", operation, input)
    }

    /// Calls an operation of a service whose protocol is JSON.
    pub(crate) fn ask(&self, service: &str, target: &str, operation: &str, input: &Value) -> Value {
        let body = input.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: {target}.{operation}\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={}/20000101/{REGION}/{service}/aws4_request, SignedHeaders=host, \
             Signature=0\r\n\r\n{body}",
            self.emulator.address,
            body.len(),
            self.id
        );
        let mut stream = TcpStream::connect_timeout(&self.emulator.address, ANSWER).expect("a connection");
        stream.set_read_timeout(Some(ANSWER)).expect("a time-out");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200 ") || head.contains(" 400 "), "{head}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}
