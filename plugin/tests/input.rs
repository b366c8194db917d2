//! What scripts ask the devices.

use crate::common::test_app;
use bevy_input::ButtonInput;
use bevy_input::gamepad::{Gamepad, GamepadAxis, GamepadButton};
use bevy_input::keyboard::KeyCode;
use bevy_input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseButton};
use bevy_math::Vec2;
use bevy_window::{PrimaryWindow, Window};

#[test]
fn keys_buttons_and_the_cursor() {
    let mut test = test_app();
    test.app.init_resource::<ButtonInput<KeyCode>>().init_resource::<ButtonInput<MouseButton>>();
    test.app.insert_resource(AccumulatedMouseMotion { delta: Vec2::new(3.0, -1.0) });
    test.script(
        "scripts/main.lua",
        r#"system { name = "ask", run = function()
          keys = (input.pressed("KeyA") and "A" or "-") .. (input.just_pressed("KeyA") and "j" or "-")
            .. (input.just_released("KeyA") and "r" or "-") .. (input.pressed("MouseLeft") and "m" or "-")
            .. (input.pressed("GamepadSouth") and "g" or "-") .. input.axis("LeftStickX")
          cursor = input.cursor()
          motion = input.mouse_motion().x
        end }"#,
    );
    test.until_global("keys == '-----0'");
    test.app.world_mut().resource_mut::<ButtonInput<KeyCode>>().press(KeyCode::KeyA);
    test.app.world_mut().resource_mut::<ButtonInput<MouseButton>>().press(MouseButton::Left);
    let mut window = Window::default();
    window.set_cursor_position(Some(Vec2::new(20.0, 30.0)));
    test.app.world_mut().spawn((window, PrimaryWindow));
    test.frames(1);
    assert_eq!(test.eval::<String>("return keys"), "Aj-m-0");
    assert_eq!(test.eval::<f64>("return cursor.x * 100 + cursor.y"), 2030.0);
    assert_eq!(test.eval::<f64>("return motion"), 3.0);
    let mut keys = test.app.world_mut().resource_mut::<ButtonInput<KeyCode>>();
    keys.clear();
    keys.release(KeyCode::KeyA);
    test.frames(1);
    assert_eq!(test.eval::<String>("return keys"), "--rm-0");
    assert!(test.errors().is_empty(), "{:?}", test.errors());
}

#[test]
fn gamepads_and_the_wheel() {
    let mut test = test_app();
    test.app.insert_resource(AccumulatedMouseScroll { delta: Vec2::new(0.0, 2.0), ..Default::default() });
    test.script(
        "scripts/main.lua",
        r#"system { name = "ask", run = function()
          pad = (input.pressed("GamepadSouth") and "s" or "-") .. (input.just_pressed("GamepadStart") and "S" or "-")
            .. " " .. input.axis("LeftStickX") .. " " .. input.axis("RightStickY") .. " " .. input.scroll().y
          nowhere = input.cursor() == nil
        end }"#,
    );
    test.until_global("pad == '-- 0 0 2' and nowhere");
    let mut pads = [Gamepad::default(), Gamepad::default()];
    pads[0].digital_mut().press(GamepadButton::South);
    pads[1].digital_mut().press(GamepadButton::Start);
    // Of two gamepads the axis that is moved further counts.
    pads[0].analog_mut().set(GamepadAxis::LeftStickX, 0.25);
    pads[1].analog_mut().set(GamepadAxis::LeftStickX, -0.5);
    pads[1].analog_mut().set(GamepadAxis::RightStickY, 1.0);
    test.app.world_mut().spawn_batch(pads);
    test.frames(1);
    assert_eq!(test.eval::<String>("return pad"), "sS -0.5 1 2");
    test.no_errors();
}

#[test]
fn a_name_that_no_button_has() {
    for (line, part) in [
        ("input.pressed('KeyAa')", "input: there is no button 'KeyAa' (did you mean 'KeyA'?)"),
        (
            "input.pressed('Fire')",
            "input: there is no button 'Fire' (names are those of Bevy, like KeyA, ArrowLeft, Space, MouseLeft, GamepadSouth)",
        ),
        (
            "input.axis('LeftStick')",
            "input: there is no axis 'LeftStick'; they are: LeftStickX, LeftStickY, LeftZ, RightStickX, RightStickY, RightZ",
        ),
    ] {
        let mut test = test_app();
        test.script("scripts/main.lua", format!("system {{ name = 's', run = function() {line} end }}"));
        let error = test.first_error().to_string();
        assert!(error.contains(part), "{line}: {error}");
    }
}
