//! Rect and Color.

use bevy_color::{Alpha, ColorToComponents, Hsla, Hsva, Hue, Hwba, Luminance, Mix, Srgba};
use bevy_math::Rect;

use super::*;

pub(super) fn rect(a: [f32; 4], b: [f32; 4], by: f32) -> Cases {
    let (r, s) = (Rect::new(a[0], a[1], a[2], a[3]), Rect::new(b[0], b[1], b[2], b[3]));
    let p = Vec2::new(b[0], a[1]);
    let setup = format!(
        "local r = Rect.from_corners(Vec2({:?}, {:?}), Vec2({:?}, {:?})) local s = Rect.from_corners(Vec2({:?}, {:?}), Vec2({:?}, {:?}))
         local p, by = Vec2({:?}, {:?}), {by:?}",
        a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3], p.x, p.y
    );
    let mut cases = Cases::new(setup, 1e-4);
    cases.case("r, s", (r, s));
    cases.case("Rect(), Rect(r), Rect(1, 2, 3, 4)", (Rect::default(), r, Rect::new(1.0, 2.0, 3.0, 4.0)));
    cases.case("Rect.EMPTY", Rect::EMPTY);
    cases.case("r == s, r == r:clone()", (r == s, true));
    let parts = |f: fn(f32, f32) -> f32| {
        let zip = |a: Vec2, b: Vec2| Vec2::new(f(a.x, b.x), f(a.y, b.y));
        Rect { min: zip(r.min, s.min), max: zip(r.max, s.max) }
    };
    cases.case("r + s, r - s", (parts(|a, b| a + b), parts(|a, b| a - b)));
    cases.case("(-r)", Rect { min: -r.min, max: -r.max });
    cases.case("r:width(), r:height(), r:area()", (r.width(), r.height(), r.width() * r.height()));
    cases.case("r:center(), r:size(), r:half_size()", (r.center(), r.size(), r.half_size()));
    cases.case("r:union(s), r:union_point(p)", (r.union(s), r.union_point(p)));
    cases.case("r:intersect(s)", r.intersect(s));
    cases.case("r:inflate(by), r:inflate(-by)", (r.inflate(by), r.inflate(-by)));
    cases.case("r:translate(p)", r.translate(p));
    if s.width() > 0.0 && s.height() > 0.0 {
        cases.case("r:normalize(s)", r.normalize(s));
    }
    cases.case("r:contains(s:center()), r:contains(p)", (r.contains(s.center()), r.contains(p)));
    cases.case("r:is_empty(), r:intersect(s):is_empty()", (r.is_empty(), r.intersect(s).is_empty()));
    cases.case(
        "Rect.from_center_size(p, Vec2(by, 2)), Rect.from_center_half_size(p, Vec2(by, 2))",
        (Rect::from_center_size(p, Vec2::new(by, 2.0)), Rect::from_center_half_size(p, Vec2::new(by, 2.0))),
    );
    cases
}

pub(super) fn color(a: [f32; 4], b: [f32; 4], t: f32) -> Cases {
    let (c, d) = (Srgba::from_f32_array(a), Srgba::from_f32_array(b));
    let setup = format!("local c, d, t = {}, {}, {t:?}", literal("Color", &a), literal("Color", &b));
    let mut cases = Cases::new(setup, 2e-4);
    let hex = Srgba::hex(c.to_hex()).expect("its own text");
    cases.case("c, Color(c), Color()", (c, c, Srgba::WHITE));
    cases.case("Color.WHITE, Color.BLACK, Color.NONE", (Srgba::WHITE, Srgba::BLACK, Srgba::NONE));
    cases.case("c == d, c == c:clone()", (c == d, true));
    cases.case("c:unpack()", c);
    cases.case("c + d, c - d", (c + d, c - d));
    cases.case("c * t, c / 2", (c * t, c / 2.0));
    cases.case("(-c)", -c);
    cases.case("c:lerp(d, t), c:mix(d, t)", (c.mix(&d, t), c.mix(&d, t)));
    cases.case("Color.hex(c:to_hex())", hex);
    cases.case("c:with_alpha(t), c:with_red(t)", (c.with_alpha(t), c.with_red(t)));
    cases.case("c:with_green(t), c:with_blue(t)", (c.with_green(t), c.with_blue(t)));
    cases.case(
        "c:is_fully_opaque(), c:with_alpha(0):is_fully_transparent()",
        (c.is_fully_opaque(), c.with_alpha(0.0).is_fully_transparent()),
    );
    cases.case("c:luminance()", c.luminance());
    cases.case("c:with_luminance(t)", c.with_luminance(t));
    cases.case("c:lighter(t), c:darker(t)", (c.lighter(t), c.darker(t)));
    let hwba = Hwba::from(c);
    cases.case("c:hue()", hwba.hue());
    cases.case("c:with_hue(t * 359)", Srgba::from(hwba.with_hue(t * 359.0)));
    cases.case("c:rotate_hue(t * 200)", Srgba::from(hwba.rotate_hue(t * 200.0)));
    let (h, s, l) = (t * 359.0, a[0], a[1]);
    cases.case(format!("Color.hsl({h:?}, {s:?}, {l:?})"), Srgba::from(Hsla::new(h, s, l, 1.0)));
    cases.case(format!("Color.hsv({h:?}, {s:?}, {l:?}, 0.5)"), Srgba::from(Hsva::new(h, s, l, 0.5)));
    cases.case(
        format!("Color.hwb({h:?}, {:?}, {:?})", s / 2.0, l / 2.0),
        Srgba::from(Hwba::new(h, s / 2.0, l / 2.0, 1.0)),
    );
    cases
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn rectangles(a in prop::array::uniform4(lane()), b in prop::array::uniform4(lane()), by in 0.0f32..5.0) {
        rect(a, b, by).check()?;
    }

    #[test]
    fn colours(a in prop::array::uniform4(0.01f32..1.0), b in prop::array::uniform4(0.0f32..1.0), t in 0.05f32..1.0) {
        color(a, b, t).check()?;
    }
}
