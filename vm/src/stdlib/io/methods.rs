//! The methods of files, and what they share with the functions on the default files.

use std::io::SeekFrom;

use super::number::read_number;
use super::stream::{Buffering, Stream};
use super::{LuaFile, State, failure, file_result, get_state, state_of, with_stream};
use crate::convert;
use crate::function::Special;
use crate::stdlib::buffer::MAX_STRING;
use crate::stdlib::{Builtin, check_option, native, upvalue, upvalue_count};
use crate::userdata::UserData;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

/// How many formats `lines` takes at most.
const MAX_LINE_FORMATS: u32 = 60;

const LINES_STEP: Builtin = Builtin::new("lines_iter", lines_step, Special::None);

/// The first argument, a file, open or closed.
pub(super) fn check_file(vm: &mut Vm, args: Args) -> Result<Gc<UserData>, Raised> {
    vm.check_userdata::<LuaFile>(args, 0, "FILE*")
}

/// `check_file` for a file that must be open, whatever the other arguments are.
fn check_open_file(vm: &mut Vm, args: Args) -> Result<Gc<UserData>, Raised> {
    let file = check_file(vm, args)?;
    if is_open(file) { Ok(file) } else { Err(vm.error("attempt to use a closed file")) }
}

/// Whether the file is open.
pub(super) fn is_open(file: Gc<UserData>) -> bool {
    file.lend(|file: &mut LuaFile| file.stream.is_some()).unwrap_or(false)
}

pub(super) fn close(vm: &mut Vm, args: Args) -> NativeResult {
    let file = if args.count > 0 {
        check_file(vm, args)?
    } else {
        let state = state_of(vm, args);
        get_state(vm, state, State::Output).as_userdata().expect("the default output is a file")
    };
    if !is_open(file) {
        return Err(vm.error("attempt to use a closed file"));
    }
    close_file(vm, file)
}

fn close_file(vm: &mut Vm, file: Gc<UserData>) -> NativeResult {
    let stream = file.lend(|file: &mut LuaFile| if file.is_standard { None } else { file.stream.take() });
    match stream.flatten() {
        Some(stream) => file_result(vm, stream.close(), None),
        None => {
            vm.push(RawValue::NIL)?;
            let message = vm.new_string(b"cannot close standard file")?;
            vm.push(message)?;
            vm.ret_top(2)
        }
    }
}

/// Closes a file that is not needed any more.
pub(super) fn gc(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_file(vm, args)?;
    let stream = file.lend(|file: &mut LuaFile| if file.is_standard { None } else { file.stream.take() });
    // Nobody is there to be told of a failure.
    drop(stream.flatten().map(Stream::close));
    vm.ret0()
}

pub(super) fn flush(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_file(vm, args)?;
    let flushed = with_stream(vm, file, Stream::flush)?;
    file_result(vm, flushed, None)
}

pub(super) fn tostring(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_file(vm, args)?;
    let text = if is_open(file) { format!("file ({:#x})", file.addr()) } else { "file (closed)".to_owned() };
    let text = vm.new_string(text.as_bytes())?;
    vm.ret1(text)
}

pub(super) fn seek(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_open_file(vm, args)?;
    let whence = check_option(vm, args, 1, Some(1), &["set", "cur", "end"])?;
    let offset = if vm.arg(args, 2).is_nil() { 0 } else { convert::to_i64(vm.check_number(args, 2)?) };
    let to = match whence {
        0 if offset < 0 => return failure(vm, &std::io::Error::from_raw_os_error(INVALID_ARGUMENT), None),
        0 => SeekFrom::Start(offset as u64),
        1 => SeekFrom::Current(offset),
        _ => SeekFrom::End(offset),
    };
    match with_stream(vm, file, |stream, _| stream.seek(to))? {
        Ok(position) => vm.ret1(position as f64),
        Err(error) => failure(vm, &error, None),
    }
}

/// `EINVAL`.
pub(super) const INVALID_ARGUMENT: i32 = 22;

pub(super) fn setvbuf(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_open_file(vm, args)?;
    const MODES: [Buffering; 3] = [Buffering::Full, Buffering::Line, Buffering::None];
    let mode = MODES[check_option(vm, args, 1, None, &["full", "line", "no"])?];
    // The buffer has the size it has.
    vm.opt_int(args, 2, 0)?;
    let is_output = with_stream(vm, file, |stream, _| {
        stream.set_buffering(mode);
        stream.is_output()
    })?;
    if is_output {
        vm.hooks.is_unbuffered = mode == Buffering::None;
    }
    vm.ret1(true)
}

// ---- writing ---------------------------------------------------------------------------------------------

pub(super) fn write(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_open_file(vm, args)?;
    write_args(vm, args, file, 1)
}

/// Writes the arguments from `first` on.
pub(super) fn write_args(vm: &mut Vm, args: Args, file: Gc<UserData>, first: u32) -> NativeResult {
    let mut bytes = Vec::new();
    let mut refused = None;
    for index in first..args.count {
        let value = vm.arg(args, index);
        if let Some(text) = value.as_string() {
            bytes.extend_from_slice(text.as_bytes());
        } else if let Some(number) = value.as_number() {
            convert::format_number(number, &mut bytes);
        } else {
            refused = Some(index);
            break;
        }
    }
    let result = with_stream(vm, file, |stream, output| stream.write(&bytes, output))?;
    match refused {
        // What comes before it has been written.
        Some(index) => Err(vm.arg_type_error(args, index, "string")),
        None => file_result(vm, result, None),
    }
}

// ---- reading ---------------------------------------------------------------------------------------------

pub(super) fn read(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_open_file(vm, args)?;
    read_args(vm, args, file, 1)
}

/// Reads what the arguments from `first` on ask for.
pub(super) fn read_args(vm: &mut Vm, args: Args, file: Gc<UserData>, first: u32) -> NativeResult {
    let formats: Vec<RawValue> = (first..args.count).map(|index| vm.arg(args, index)).collect();
    match read_formats(vm, args, first, file, &formats)? {
        Ok(count) => vm.ret_top(count),
        Err(error) => failure(vm, &error, None),
    }
}

/// Pushes a result for each format, the last nil where the file ended; a line when there is no format.
fn read_formats(
    vm: &mut Vm,
    args: Args,
    first: u32,
    file: Gc<UserData>,
    formats: &[RawValue],
) -> Result<std::io::Result<u32>, Raised> {
    let mut count = 0;
    let wanted = if formats.is_empty() { vec![Format::Line { keep_end: false }] } else { Vec::new() };
    let mut index = 0;
    loop {
        let format = match formats.get(index) {
            Some(&value) => parse_format(vm, args, first + index as u32, value)?,
            None if index < wanted.len() => wanted[index],
            None => return Ok(Ok(count)),
        };
        index += 1;
        let item = match with_stream(vm, file, |stream, _| read_item(stream, format))? {
            Ok(item) => item,
            Err(error) => return Ok(Err(error)),
        };
        let (value, is_end) = match item {
            Item::Text(text) => (vm.new_string(&text)?, false),
            Item::Number(number) => (RawValue::number(number), false),
            Item::End => (RawValue::NIL, true),
        };
        vm.push(value)?;
        count += 1;
        if is_end {
            return Ok(Ok(count));
        }
    }
}

/// What to read next.
#[derive(Clone, Copy)]
enum Format {
    Number,
    Line { keep_end: bool },
    All,
    Bytes(usize),
}

/// What was read.
enum Item {
    Text(Vec<u8>),
    Number(f64),
    End,
}

fn parse_format(vm: &mut Vm, args: Args, index: u32, value: RawValue) -> Result<Format, Raised> {
    if let Some(number) = value.as_number() {
        let count = convert::to_i32(number) as u32 as usize;
        return if count > MAX_STRING { Err(Raised::Memory) } else { Ok(Format::Bytes(count)) };
    }
    let Some(text) = value.as_string() else { return Err(vm.arg_error(args, index, "invalid option")) };
    let text = text.as_bytes();
    match text.strip_prefix(b"*").unwrap_or(text).first() {
        Some(b'n') => Ok(Format::Number),
        Some(b'l') => Ok(Format::Line { keep_end: false }),
        Some(b'L') => Ok(Format::Line { keep_end: true }),
        Some(b'a') => Ok(Format::All),
        _ => Err(vm.arg_error(args, index, "invalid format")),
    }
}

fn read_item(stream: &mut Stream, format: Format) -> std::io::Result<Item> {
    let text = match format {
        Format::Number => return Ok(read_number(stream)?.map_or(Item::End, Item::Number)),
        Format::Line { keep_end } => stream.read_line(keep_end)?,
        Format::All => Some(stream.read_to_end()?),
        Format::Bytes(count) => stream.read_bytes(count)?,
    };
    Ok(text.map_or(Item::End, Item::Text))
}

// ---- lines -----------------------------------------------------------------------------------------------

pub(super) fn lines(vm: &mut Vm, args: Args) -> NativeResult {
    let file = check_open_file(vm, args)?;
    lines_iterator(vm, args, file)
}

/// A function that reads what the arguments after the first ask for, again and again.
pub(super) fn lines_iterator(vm: &mut Vm, args: Args, file: Gc<UserData>) -> NativeResult {
    if args.count > MAX_LINE_FORMATS {
        return Err(vm.error("too many results to unpack"));
    }
    let mut upvalues = vec![file.into()];
    upvalues.extend((1..args.count).map(|index| vm.arg(args, index)));
    let iterator = native(vm, &LINES_STEP, &upvalues)?;
    vm.ret1(iterator)
}

fn lines_step(vm: &mut Vm, args: Args) -> NativeResult {
    let file = upvalue(vm, args, 0).as_userdata().expect("made by `lines_iterator`");
    if !is_open(file) {
        return Err(vm.error("attempt to use a closed file"));
    }
    let formats: Vec<RawValue> = (1..upvalue_count(vm, args)).map(|index| upvalue(vm, args, index)).collect();
    let count = match read_formats(vm, args, 0, file, &formats)? {
        Ok(count) => count,
        Err(error) => {
            let message = super::error_text(&error, None);
            return Err(vm.error(message));
        }
    };
    // With formats LuaJIT never finds the end here, and leaves the file open.
    let is_end = formats.is_empty() && vm.slot(vm.top - count).is_nil();
    if is_end && file.lend(|file: &mut LuaFile| file.closes_at_end).unwrap_or(false) {
        close_file(vm, file)?;
        return vm.ret0();
    }
    vm.ret_top(count)
}

/// Whether a value is a file.
pub(super) fn as_file(value: RawValue) -> Option<Gc<UserData>> {
    value.as_userdata().filter(|file| file.lend(|_: &mut LuaFile| ()).is_some())
}

/// The default input or output.
pub(super) fn default_file(vm: &mut Vm, args: Args, which: State) -> Result<Gc<UserData>, Raised> {
    let state = state_of(vm, args);
    let file = get_state(vm, state, which).as_userdata().expect("the default files are files");
    if !is_open(file) {
        return Err(vm.error("standard file is closed"));
    }
    Ok(file)
}
