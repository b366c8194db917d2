//! A Lua configuration and a Lua callback inside a Rust program: a tiny DHCP server.
//!
//! `embed/config.lua` says where to listen and what to hand out, `embed/server.lua` decides about each packet. The program first
//! answers one packet that comes through a real socket, then times a million in memory, in three stages:
//!
//! 1. a Lua callback for each packet, which it sees through the methods of a Rust type;
//! 2. a Lua callback for each packet, which it sees as a packed C struct in our memory (`embed/loop.lua`);
//! 3. the event loop moved into Lua: it asks us for packets by the batch, through a C function, and we call it once.
//!
//! The last two give the script the capability to follow pointers of ours (`LuaOptions::unsafe_ffi`): it is our own script.
//!
//! `cargo run --release -p perilune --example embed [PACKETS]`

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perilune::{AnyUserData, Bytes, Error, Function, Lua, LuaOptions, Methods, Table, UserData};

/// Where the message type lies: after the header of RFC 2131 and the cookie that begins the options.
const MESSAGE_TYPE: usize = 242;
const DISCOVER: u8 = 1;
const OFFER: u8 = 2;

/// A packet as it goes over the wire.
struct Packet([u8; 512]);

impl UserData for Packet {
    const NAME: &'static str = "Packet";

    fn methods(methods: &mut Methods<'_, Self>) {
        // Each reads a field of the header, or sets it when given a value.
        methods.method_mut("op", |packet, _, value: Option<u8>| Ok(packet.byte(0, value)));
        methods.method_mut("hlen", |packet, _, value: Option<u8>| Ok(packet.byte(2, value)));
        methods.method_mut("hops", |packet, _, value: Option<u8>| Ok(packet.byte(3, value)));
        methods.method_mut("xid", |packet, _, value: Option<u32>| Ok(packet.word(4, value)));
        methods.method_mut("ciaddr", |packet, _, value: Option<u32>| Ok(packet.word(12, value)));
        methods.method_mut("yiaddr", |packet, _, value: Option<u32>| Ok(packet.word(16, value)));
        methods.method_mut("siaddr", |packet, _, value: Option<u32>| Ok(packet.word(20, value)));
        methods.method_mut("giaddr", |packet, _, value: Option<u32>| Ok(packet.word(24, value)));
        methods.method_mut("message", |packet, _, value: Option<u8>| Ok(packet.byte(MESSAGE_TYPE, value)));
        methods.method("chaddr", |packet, _, ()| Ok(Bytes(packet.hardware_address().to_vec())));
    }
}

impl Packet {
    fn byte(&mut self, at: usize, value: Option<u8>) -> u8 {
        if let Some(value) = value {
            self.0[at] = value;
        }
        self.0[at]
    }

    fn word(&mut self, at: usize, value: Option<u32>) -> u32 {
        let bytes = self.0[at..].first_chunk_mut::<4>().expect("the header is longer");
        if let Some(value) = value {
            *bytes = value.to_be_bytes();
        }
        u32::from_be_bytes(*bytes)
    }

    fn hardware_address(&self) -> &[u8] {
        &self.0[28..][..usize::from(self.0[2].min(16))]
    }

    /// Makes this the DISCOVER of a client.
    fn discover(&mut self, xid: u32, hardware_address: [u8; 6]) {
        self.0.fill(0);
        self.0[..4].copy_from_slice(&[1, 1, 6, 0]);
        self.word(4, Some(xid));
        self.0[28..34].copy_from_slice(&hardware_address);
        self.0[236..244].copy_from_slice(&[99, 130, 83, 99, 53, 1, DISCOVER, 255]);
    }
}

/// The hardware address of a client: one in eight is of a maker nobody knows.
fn client(index: u32) -> [u8; 6] {
    let makers = [[0x02, 0x00, 0x5e], [0xb8, 0x27, 0xeb], [0xdc, 0xa6, 0x32]];
    let [a, b, c] = if index % 8 == 7 { [0x66, 0x66, 0x66] } else { makers[index as usize % 3] };
    let [_, d, e, f] = index.to_be_bytes();
    [a, b, c, d, e, f]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let packets: u32 = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/embed");
    let mut lua = Lua::new();
    lua.set_time_limit(Some(Duration::from_secs(1)));

    // The configuration is a program of its own kind: its assignments land in a table.
    let config = lua.create_table()?;
    let (source, name) = read(folder.join("config.lua"))?;
    lua.load(source).name(name).environment(&config).exec(&mut lua)?;
    let address: String = config.get(&mut lua, "address")?;
    let port: u16 = config.get(&mut lua, "port")?;

    let (source, name) = read(folder.join("server.lua"))?;
    let server = lua.load(source).name(name).into_function(&mut lua)?;
    let answer: Function = server.call(&mut lua, &config)?;
    let packet = lua.create_userdata(Packet([0; 512]))?;

    match one_over_the_wire(&mut lua, &answer, &packet, (address.parse()?, port)) {
        Ok(offered) => println!("{address}:{port}: a client was offered {offered}"),
        Err(error) => println!("{address}:{port}: {error}"),
    }
    many_in_memory(&mut lua, &answer, &packet, packets)?;
    through_ffi(&folder, packets)
}

fn read(path: PathBuf) -> Result<(Vec<u8>, String), String> {
    let source = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((source, path.display().to_string()))
}

/// Sends a DISCOVER to ourselves, answers it, and returns the address in the OFFER.
fn one_over_the_wire(
    lua: &mut Lua,
    answer: &Function,
    packet: &AnyUserData,
    listen: (Ipv4Addr, u16),
) -> Result<Ipv4Addr, Box<dyn std::error::Error>> {
    let server = UdpSocket::bind(listen)?;
    let client_socket = UdpSocket::bind((listen.0, 0))?;
    for socket in [&server, &client_socket] {
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    }
    let mut message = Packet([0; 512]);
    message.discover(1, client(0));
    client_socket.send_to(&message.0, listen)?;

    let (_, sender) = server.recv_from(&mut packet.borrow_mut::<Packet>(lua)?.0)?;
    if answer.call::<bool>(lua, packet)? {
        server.send_to(&packet.borrow::<Packet>(lua)?.0, sender)?;
    }

    client_socket.recv(&mut message.0)?;
    if message.byte(MESSAGE_TYPE, None) != OFFER {
        return Err("the answer is no offer".into());
    }
    Ok(Ipv4Addr::from(message.word(16, None)))
}

/// Times the callback.
fn many_in_memory(lua: &mut Lua, answer: &Function, packet: &AnyUserData, packets: u32) -> Result<(), Error> {
    let mut offers = 0;
    let start = Instant::now();
    for index in 0..packets {
        packet.borrow_mut::<Packet>(lua)?.discover(index, client(index % CLIENTS));
        offers += u32::from(answer.call::<bool>(lua, packet)?);
    }
    report(lua, "callbacks through methods", packets, offers, start.elapsed())
}

/// Clients that ask in turn.
const CLIENTS: u32 = 4_000;

/// Packets the event loop in Lua asks for at a time.
const BATCH: u32 = 64;

/// The stages in which the script reads and writes packets as C structs.
fn through_ffi(folder: &Path, packets: u32) -> Result<(), Box<dyn std::error::Error>> {
    let mut lua = Lua::with_options(LuaOptions { unsafe_ffi: true, ..LuaOptions::default() });
    let config = lua.create_table()?;
    let (source, name) = read(folder.join("config.lua"))?;
    lua.load(source).name(name).environment(&config).exec(&mut lua)?;
    let (source, name) = read(folder.join("loop.lua"))?;
    let server: Table = lua.load(source).name(name).into_function(&mut lua)?.call(&mut lua, &config)?;

    // The packet stays where it is while the script knows its address.
    let mut packet = Box::new(Packet([0; 512]));
    let make: Function = server.get(&mut lua, "answer")?;
    let answer: Function = make.call(&mut lua, (&raw mut *packet).addr() as f64)?;
    let mut offers = 0;
    let start = Instant::now();
    for index in 0..packets {
        packet.discover(index, client(index % CLIENTS));
        offers += u32::from(answer.call::<bool>(&mut lua, ())?);
    }
    report(&mut lua, "callbacks through a C struct", packets, offers, start.elapsed())?;

    let serve: Function = server.get(&mut lua, "serve")?;
    let start = Instant::now();
    let receive = receive as extern "C" fn(*mut Packet, u32) -> u32 as usize as f64;
    let offers: u32 = serve.call(&mut lua, (receive, packets, BATCH))?;
    report(&mut lua, "the event loop in Lua", packets, offers, start.elapsed())?;
    Ok(())
}

/// What the event loop in Lua calls for more packets.
#[allow(unsafe_code, reason = "fills memory that the script hands over")]
extern "C" fn receive(batch: *mut Packet, room: u32) -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let first = NEXT.fetch_add(room, std::sync::atomic::Ordering::Relaxed);
    // SAFETY: the script's declaration of this function says that there is room for so many packets.
    let batch = unsafe { std::slice::from_raw_parts_mut(batch, room as usize) };
    for (packet, index) in batch.iter_mut().zip(first..) {
        packet.discover(index, client(index % CLIENTS));
    }
    room
}

fn report(lua: &mut Lua, stage: &str, packets: u32, offers: u32, elapsed: Duration) -> Result<(), Error> {
    let memory: f64 = lua.load("return collectgarbage('count')").eval(lua)?;
    println!(
        "{stage:<30} {packets} packets, {offers} offers: {:.2} million a second, {:.0} ns each, {memory:.0} KiB of Lua heap",
        f64::from(packets) / elapsed.as_secs_f64() / 1e6,
        elapsed.as_secs_f64() * 1e9 / f64::from(packets),
    );
    Ok(())
}
