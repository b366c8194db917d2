//! The `"*n"` format: the longest prefix that reads as a number, as `scanf` takes it.

use std::io::Result;

use super::stream::Stream;
use crate::convert;

/// How much of a numeral is read at most, in bytes.
const MAX_NUMERAL: usize = 400;

/// Skips white space and reads a number; `None` when there is none.
pub(super) fn read_number(stream: &mut Stream) -> Result<Option<f64>> {
    while stream.peek()?.is_some_and(|byte| byte.is_ascii_whitespace() || byte == 0x0b) {
        stream.skip();
    }
    let mut text = Vec::new();
    take_if(stream, &mut text, |byte| matches!(byte, b'+' | b'-'))?;
    let start = text.len();
    if take_if(stream, &mut text, |byte| byte == b'0')?
        && take_if(stream, &mut text, |b| matches!(b, b'x' | b'X'))?
    {
        take_mantissa(stream, &mut text, |byte| byte.is_ascii_hexdigit())?;
        take_exponent(stream, &mut text, b'p')?;
    } else if text.len() == start
        && stream.peek()?.is_some_and(|byte| matches!(byte, b'i' | b'I' | b'n' | b'N'))
    {
        take_word(stream, &mut text)?;
    } else {
        take_mantissa(stream, &mut text, |byte| byte.is_ascii_digit())?;
        if text[start..].iter().any(u8::is_ascii_digit) {
            take_exponent(stream, &mut text, b'e')?;
        }
    }
    Ok(convert::parse_number(&text))
}

/// Takes as much of `infinity` or `nan` as is there, in any case.
fn take_word(stream: &mut Stream, text: &mut Vec<u8>) -> Result<()> {
    let is_nan = stream.peek()?.is_some_and(|byte| byte.eq_ignore_ascii_case(&b'n'));
    let word: &[u8] = if is_nan { b"nan" } else { b"infinity" };
    for &letter in word {
        if !take_if(stream, text, |byte| byte.eq_ignore_ascii_case(&letter))? {
            break;
        }
    }
    Ok(())
}

fn take_mantissa(stream: &mut Stream, text: &mut Vec<u8>, is_digit: fn(u8) -> bool) -> Result<()> {
    take_while(stream, text, is_digit)?;
    if take_if(stream, text, |byte| byte == b'.')? {
        take_while(stream, text, is_digit)?;
    }
    Ok(())
}

fn take_exponent(stream: &mut Stream, text: &mut Vec<u8>, mark: u8) -> Result<()> {
    let before = text.len();
    if take_if(stream, text, |byte| byte.to_ascii_lowercase() == mark)? {
        take_if(stream, text, |byte| matches!(byte, b'+' | b'-'))?;
        take_while(stream, text, |byte| byte.is_ascii_digit())?;
        // Without digits it is read, but does not count.
        if !text.last().is_some_and(u8::is_ascii_digit) {
            text.truncate(before);
        }
    }
    Ok(())
}

fn take_while(stream: &mut Stream, text: &mut Vec<u8>, wanted: fn(u8) -> bool) -> Result<()> {
    while take_if(stream, text, wanted)? {}
    Ok(())
}

fn take_if(stream: &mut Stream, text: &mut Vec<u8>, wanted: impl Fn(u8) -> bool) -> Result<bool> {
    match stream.peek()? {
        Some(byte) if text.len() < MAX_NUMERAL && wanted(byte) => {
            text.push(byte);
            stream.skip();
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}
