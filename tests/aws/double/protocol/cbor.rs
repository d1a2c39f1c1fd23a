//! Smithy RPC v2 with CBOR, as CloudWatch speaks it (<https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>).

use std::io::Read;

use minicbor::{
    Decoder, Encoder,
    data::{Tag, Type},
};
use serde_json::{Map, Number, Value};

use crate::double::{call::Refusal, wire::Request};

/// Members that are floats in CloudWatch's model, even where JSON writes them without a fraction.
const FLOATS: &[&str] = &["Threshold", "Value", "Values", "Counts", "SampleCount", "Sum", "Minimum", "Maximum"];

/// Deeper than any input of CloudWatch.
const DEEPEST: usize = 32;

/// The operation's name and its input: `/service/…/operation/PutMetricData`.
pub(super) fn read(request: &Request) -> Result<(String, Value), Refusal> {
    let bad = |message: String| Refusal::new(400, "SerializationException", message);
    let operation = request.segments().last().cloned().unwrap_or_default();
    let mut body = Vec::new();
    match request.header("content-encoding") {
        Some("gzip") => {
            flate2::read::GzDecoder::new(request.body.as_slice())
                .read_to_end(&mut body)
                .map_err(|error| bad(error.to_string()))?;
        }
        _ => body.clone_from(&request.body),
    }
    if body.is_empty() {
        return Ok((operation, Value::Object(Map::new())));
    }
    let input = decode(&mut Decoder::new(&body), 0).map_err(|error| bad(error.to_string()))?;
    Ok((operation, input))
}

fn decode(decoder: &mut Decoder<'_>, depth: usize) -> Result<Value, minicbor::decode::Error> {
    if depth > DEEPEST {
        return Err(minicbor::decode::Error::message("nested too deeply"));
    }
    Ok(match decoder.datatype()? {
        Type::Map | Type::MapIndef => {
            let length = decoder.map()?;
            let mut members = Map::new();
            while more(decoder, length, members.len())? {
                let name = chunks(decoder)?;
                members.insert(name, decode(decoder, depth + 1)?);
            }
            Value::Object(members)
        }
        Type::Array | Type::ArrayIndef => {
            let length = decoder.array()?;
            let mut items = Vec::new();
            while more(decoder, length, items.len())? {
                items.push(decode(decoder, depth + 1)?);
            }
            Value::Array(items)
        }
        Type::Bool => Value::Bool(decoder.bool()?),
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Null
        }
        Type::F16 | Type::F32 | Type::F64 => float(decoder.f64()?),
        Type::String | Type::StringIndef => Value::String(chunks(decoder)?),
        // Seconds since 1970: `timestamp` is tag 1.
        Type::Tag => {
            decoder.tag()?;
            decode(decoder, depth + 1)?
        }
        _ => Value::from(decoder.i64()?),
    })
}

/// Whether there is one more of so many, or one more before the break, which is taken.
fn more(decoder: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Result<bool, minicbor::decode::Error> {
    match length {
        Some(length) => Ok((read as u64) < length),
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

fn chunks(decoder: &mut Decoder<'_>) -> Result<String, minicbor::decode::Error> {
    decoder.str_iter()?.collect()
}

/// A float that JSON has no word for (NaN, infinity) stays visible as a text.
fn float(value: f64) -> Value {
    Number::from_f64(value).map_or_else(|| Value::String(value.to_string()), Value::Number)
}

/// The bytes of a value. Members that end in `Timestamp` are moments, those of [`FLOATS`] floats.
pub(super) fn encode(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder, "", value).expect("a vector takes everything");
    encoder.into_writer()
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write(encoder: &mut Encoder<Vec<u8>>, name: &str, value: &Value) -> Written {
    match value {
        Value::Null => drop(encoder.null()?),
        Value::Bool(value) => drop(encoder.bool(*value)?),
        Value::String(text) => drop(encoder.str(text)?),
        Value::Number(number) => {
            let float = number.as_f64().unwrap_or_default();
            if name.ends_with("Timestamp") {
                encoder.tag(Tag::new(1))?.f64(float)?;
            } else if FLOATS.contains(&name) {
                encoder.f64(float)?;
            } else if let Some(whole) = number.as_i64() {
                encoder.i64(whole)?;
            } else {
                encoder.f64(float)?;
            }
        }
        Value::Array(items) => {
            encoder.array(items.len() as u64)?;
            items.iter().try_for_each(|item| write(encoder, name, item))?;
        }
        Value::Object(members) => {
            encoder.map(members.len() as u64)?;
            for (name, value) in members {
                encoder.str(name)?;
                write(encoder, name, value)?;
            }
        }
    }
    Ok(())
}
