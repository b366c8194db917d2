//! Colours: in sRGB, as scripts write them.

use super::matrix::ONE;
use super::{FloatStruct, check_floats, divide, multiply, number, ret_floats, zip};
use crate::vm::{Args, NativeResult, Raised, Vm};

fn ret_color(vm: &mut Vm, lanes: [f32; 4]) -> NativeResult {
    let mut floats = [0.0; 16];
    floats[..4].copy_from_slice(&lanes);
    ret_floats(vm, FloatStruct::Color, &floats)
}
pub(super) fn lerp(vm: &mut Vm, args: Args) -> NativeResult {
    let a = check_floats(vm, args, 0, FloatStruct::Color)?;
    let b = check_floats(vm, args, 1, FloatStruct::Color)?;
    let t = number(vm, args, 2)?;
    let mixed = zip(a, b, |a, b| a * (1.0 - t) + b * t);
    ret_floats(vm, FloatStruct::Color, &mixed)
}
pub(super) fn with_alpha(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_floats(vm, args, 0, FloatStruct::Color)?;
    let alpha = number(vm, args, 1)?;
    ret_color(vm, [c[0], c[1], c[2], alpha])
}
pub(super) fn to_hex(vm: &mut Vm, args: Args) -> NativeResult {
    let c = check_floats(vm, args, 0, FloatStruct::Color)?;
    let byte = |x: f32| (x.clamp(0.0, 1.0) * 255.0).round() as u8;
    let [r, g, b, a] = [byte(c[0]), byte(c[1]), byte(c[2]), byte(c[3])];
    let text =
        if a == 255 { format!("#{r:02X}{g:02X}{b:02X}") } else { format!("#{r:02X}{g:02X}{b:02X}{a:02X}") };
    let text = vm.new_string(text.as_bytes())?;
    vm.ret1(text)
}
pub(super) fn from_hex(vm: &mut Vm, args: Args) -> NativeResult {
    let text = vm.check_string(args, 0)?;
    let digits: Option<Vec<u8>> = text
        .as_bytes()
        .strip_prefix(b"#")
        .unwrap_or(text.as_bytes())
        .iter()
        .map(|c| char::from(*c).to_digit(16).map(|digit| digit as u8))
        .collect();
    let bytes: Option<Vec<u8>> = digits.and_then(|digits| match digits.len() {
        3 | 4 => Some(digits.iter().map(|digit| digit * 17).collect()),
        6 | 8 => Some(digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect()),
        _ => None,
    });
    let Some(bytes) = bytes else {
        return Err(vm.arg_error(args, 0, "a colour like #RGB, #RGBA, #RRGGBB or #RRGGBBAA expected"));
    };
    let mut lanes = ONE;
    for (lane, byte) in lanes.iter_mut().zip(bytes) {
        *lane = f32::from(byte) / 255.0;
    }
    ret_color(vm, lanes)
}
fn lanes(vm: &mut Vm, args: Args, index: u32) -> Result<[f32; 4], Raised> {
    let c = check_floats(vm, args, index, FloatStruct::Color)?;
    Ok([c[0], c[1], c[2], c[3]])
}
macro_rules! with_channel {
    ($($name:ident $channel:literal,)+) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args) -> NativeResult {
            let mut c = lanes(vm, args, 0)?;
            c[$channel] = number(vm, args, 1)?;
            ret_color(vm, c)
        })+
    };
}
with_channel! { with_red 0, with_green 1, with_blue 2, }

pub(super) fn is_fully_transparent(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    vm.ret1(c[3] == 0.0)
}
pub(super) fn is_fully_opaque(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    vm.ret1(c[3] == 1.0)
}
pub(super) fn unpack(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    for lane in c {
        vm.push(f64::from(lane).into())?;
    }
    vm.ret_top(4)
}

// ---- light -----------------------------------------------------------------------------------------------

/// From sRGB to linear, IEC 61966-2-1.
fn to_linear(x: f32) -> f32 {
    match x {
        x if x <= 0.0 => x,
        x if x <= 0.04045 => x / 12.92,
        x => ((x + 0.055) / 1.055).powf(2.4),
    }
}
fn to_srgb(x: f32) -> f32 {
    match x {
        x if x <= 0.0 => x,
        x if x <= 0.003_130_8 => x * 12.92,
        x => 1.055 * x.powf(1.0 / 2.4) - 0.055,
    }
}
fn on_channels(c: [f32; 4], f: impl Fn(f32) -> f32) -> [f32; 4] {
    [f(c[0]), f(c[1]), f(c[2]), c[3]]
}
/// The weights of the channels in what eyes see.
fn linear_luminance(c: [f32; 4]) -> f32 {
    c[0] * 0.2126 + c[1] * 0.7152 + c[2] * 0.0722
}
pub(super) fn luminance(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    vm.ret1(f64::from(linear_luminance(on_channels(c, to_linear))))
}
pub(super) fn with_luminance(vm: &mut Vm, args: Args) -> NativeResult {
    let c = on_channels(lanes(vm, args, 0)?, to_linear);
    let factor = to_linear(number(vm, args, 1)?) / linear_luminance(c);
    ret_color(vm, on_channels(c, |x| to_srgb((x * factor).clamp(0.0, 1.0))))
}
/// Mixed with white or black, so that the luminance changes by this much.
fn lightened(c: [f32; 4], amount: f32) -> [f32; 4] {
    let c = on_channels(c, to_linear);
    let now = linear_luminance(c);
    let wanted = (now + amount).clamp(0.0, 1.0);
    let mixed = if wanted < now {
        let t = (now - wanted) / now;
        on_channels(c, |x| x * (1.0 - t))
    } else if wanted > now {
        let t = (wanted - now) / (1.0 - now);
        on_channels(c, |x| x * (1.0 - t) + t)
    } else {
        c
    };
    on_channels(mixed, to_srgb)
}
pub(super) fn lighter(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    let amount = number(vm, args, 1)?;
    ret_color(vm, lightened(c, amount))
}
pub(super) fn darker(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    let amount = number(vm, args, 1)?;
    ret_color(vm, lightened(c, -amount))
}

// ---- hues ------------------------------------------------------------------------------------------------

/// Hue in degrees, whiteness and blackness (Smith and Lyons, "HWB - A More Intuitive Hue-Based Color Model").
fn to_hwb([red, green, blue, _]: [f32; 4]) -> [f32; 3] {
    let most = 0f32.max(red).max(green).max(blue);
    let least = 1f32.min(red).min(green).min(blue);
    let chroma = most - least;
    let hue = match chroma {
        0.0 => 0.0,
        _ if red == most => 60.0 * (green - blue) / chroma,
        _ if green == most => 60.0 * (2.0 + (blue - red) / chroma),
        _ => 60.0 * (4.0 + (red - green) / chroma),
    };
    [if hue < 0.0 { hue + 360.0 } else { hue }, least, 1.0 - most]
}
fn from_hwb([hue, whiteness, blackness]: [f32; 3], alpha: f32) -> [f32; 4] {
    let (w, v) = (whiteness, 1.0 - blackness);
    let sector = hue.rem_euclid(360.0) / 60.0;
    let (sixth, part) = (sector.floor(), sector.fract());
    let part = if (sixth as u8).is_multiple_of(2) { part } else { 1.0 - part };
    let n = w + part * (v - w);
    let [red, green, blue] = match sixth as u8 {
        0 => [v, n, w],
        1 => [n, v, w],
        2 => [w, v, n],
        3 => [w, n, v],
        4 => [n, w, v],
        5 => [v, w, n],
        // A hue just below 360 may round up to it.
        _ => [v, n, w],
    };
    [red, green, blue, alpha]
}
pub(super) fn hue(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    vm.ret1(f64::from(to_hwb(c)[0]))
}
pub(super) fn with_hue(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    let [_, whiteness, blackness] = to_hwb(c);
    let hue = number(vm, args, 1)?;
    ret_color(vm, from_hwb([hue, whiteness, blackness], c[3]))
}
pub(super) fn rotate_hue(vm: &mut Vm, args: Args) -> NativeResult {
    let c = lanes(vm, args, 0)?;
    let [hue, whiteness, blackness] = to_hwb(c);
    let degrees = number(vm, args, 1)?;
    ret_color(vm, from_hwb([(hue + degrees).rem_euclid(360.0), whiteness, blackness], c[3]))
}
/// Three numbers and, if given, alpha.
fn hue_arguments(vm: &mut Vm, args: Args) -> Result<[f32; 4], Raised> {
    let (hue, second, third) = (number(vm, args, 0)?, number(vm, args, 1)?, number(vm, args, 2)?);
    let alpha = if vm.arg(args, 3).is_nil() { 1.0 } else { number(vm, args, 3)? };
    Ok([hue, second, third, alpha])
}
fn from_hsv([hue, saturation, value, alpha]: [f32; 4]) -> [f32; 4] {
    from_hwb([hue, (1.0 - saturation) * value, 1.0 - value], alpha)
}
pub(super) fn hsv(vm: &mut Vm, args: Args) -> NativeResult {
    let hsva = hue_arguments(vm, args)?;
    ret_color(vm, from_hsv(hsva))
}
pub(super) fn hsl(vm: &mut Vm, args: Args) -> NativeResult {
    let [hue, saturation, lightness, alpha] = hue_arguments(vm, args)?;
    let value = lightness + saturation * lightness.min(1.0 - lightness);
    let saturation = if value == 0.0 { 0.0 } else { 2.0 * (1.0 - lightness / value) };
    ret_color(vm, from_hsv([hue, saturation, value, alpha]))
}
pub(super) fn hwb(vm: &mut Vm, args: Args) -> NativeResult {
    let [hue, whiteness, blackness, alpha] = hue_arguments(vm, args)?;
    ret_color(vm, from_hwb([hue, whiteness, blackness], alpha))
}

pub(super) const ROWS: &[(&str, crate::function::NativeFn)] = &[
    ("lerp", lerp),
    ("mix", lerp),
    ("unpack", unpack),
    ("with_alpha", with_alpha),
    ("with_red", with_red),
    ("with_green", with_green),
    ("with_blue", with_blue),
    ("is_fully_transparent", is_fully_transparent),
    ("is_fully_opaque", is_fully_opaque),
    ("luminance", luminance),
    ("with_luminance", with_luminance),
    ("lighter", lighter),
    ("darker", darker),
    ("hue", hue),
    ("with_hue", with_hue),
    ("rotate_hue", rotate_hue),
    ("hsl", hsl),
    ("hsv", hsv),
    ("hwb", hwb),
    ("to_hex", to_hex),
    ("hex", from_hex),
    ("__mul", multiply),
    ("__div", divide),
];
