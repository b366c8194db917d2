//! Passes on regions in their printed form.

use super::ir::{parse, print, verify};

/// Reads, prints, and reads again.
#[test]
fn the_printed_form_is_read_back() {
    let text = "\
%0 = SLOT int #4
%1 = SLOT num #5
%2 = KINT int #1
slots 4:int=%0 5:num=%1
header 4
preheader 4
snap 0 pc 7 : | restores 4=%0
snap 1 pc 7 : 4=%0 5=mem | restores 4=%0
hoisted
  %9 = FLOOR num %1
trace 0
  %3 = IADD int %0 %2
  %4 = GLE - %3 %0 #1 >1
loop 4=%3
trace 1 from 1
exit 0
";
    let region = parse(text).expect("a region");
    verify(&region).expect("it is as it should be");
    let printed = print(&region);
    assert_eq!(printed, text);
    assert_eq!(print(&parse(&printed).expect("a region")), text);
}
