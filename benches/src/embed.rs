//! The packet server of the `embed` example, hosted by each engine: the host fills a 512-byte packet, a Lua callback
//! answers it through methods of a userdata.

use perilune::{Context, Methods};

const CONFIG: &str = include_str!("../../vm/examples/embed/config.lua");
const SERVER: &str = include_str!("../../vm/examples/embed/server.lua");

/// Offset of the message type: the header of RFC 2131, the cookie, the option's two bytes.
const MESSAGE_TYPE: usize = 242;
const DISCOVER: u8 = 1;
/// Clients that ask in turn; they keep their leases.
const CLIENTS: u32 = 4_000;

struct Packet([u8; 512]);

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
        &self.0[28..34]
    }

    fn discover(&mut self, index: u32) {
        discover(&mut self.0, index);
    }
}

/// Makes a packet the DISCOVER of a client; one in eight is of a maker the server does not know.
pub(crate) fn discover(packet: &mut [u8; 512], index: u32) {
    let client = index % CLIENTS;
    let maker = if client % 8 == 7 {
        [0x66; 3]
    } else {
        [[0x02, 0x00, 0x5e], [0xb8, 0x27, 0xeb]][client as usize % 2]
    };
    packet.fill(0);
    packet[..4].copy_from_slice(&[1, 1, 6, 0]);
    packet[4..8].copy_from_slice(&index.to_be_bytes());
    packet[28..31].copy_from_slice(&maker);
    packet[31..34].copy_from_slice(&client.to_be_bytes()[1..]);
    packet[236..244].copy_from_slice(&[99, 130, 83, 99, 53, 1, DISCOVER, 255]);
}

impl perilune::UserData for Packet {
    const NAME: &'static str = "Packet";

    fn methods(methods: &mut Methods<'_, Self>) {
        methods.method_mut("op", |packet, _, value: Option<u8>| Ok(packet.byte(0, value)));
        methods.method_mut("yiaddr", |packet, _, value: Option<u32>| Ok(packet.word(16, value)));
        methods.method_mut("message", |packet, _, value: Option<u8>| Ok(packet.byte(MESSAGE_TYPE, value)));
        methods.method("chaddr", |packet, cx, ()| cx.create_string(packet.hardware_address()));
    }
}

impl mlua::UserData for Packet {
    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("op", |_, packet, value: Option<u8>| Ok(packet.byte(0, value)));
        methods.add_method_mut("yiaddr", |_, packet, value: Option<u32>| Ok(packet.word(16, value)));
        methods
            .add_method_mut("message", |_, packet, value: Option<u8>| Ok(packet.byte(MESSAGE_TYPE, value)));
        methods.add_method("chaddr", |lua, packet, ()| lua.create_string(packet.hardware_address()));
    }
}

/// The server's callback and the packet it is called with.
pub struct Server<Callback, Userdata> {
    answer: Callback,
    packet: Userdata,
}

impl Server<perilune::Function, perilune::AnyUserData> {
    /// Starts the server.
    ///
    /// # Errors
    /// When its source fails.
    pub fn in_perilune(cx: &mut Context) -> Result<Self, perilune::Error> {
        let config = cx.create_table()?;
        cx.load(CONFIG).environment(&config).exec(cx)?;
        let server = cx.load(SERVER).into_function(cx)?;
        Ok(Server { answer: server.call(cx, config)?, packet: cx.create_userdata(Packet([0; 512]))? })
    }

    /// Answers packets, and says how many and the last address.
    ///
    /// # Errors
    /// When the callback fails.
    pub fn run_perilune(&mut self, cx: &mut Context, packets: u32) -> Result<String, perilune::Error> {
        let (mut answered, mut address) = (0, 0);
        for index in 0..packets {
            self.packet.borrow_mut::<Packet>(cx)?.discover(index);
            if self.answer.call(cx, &self.packet)? {
                answered += 1;
                address = self.packet.borrow_mut::<Packet>(cx)?.word(16, None);
            }
        }
        Ok(format!("{answered} {address}"))
    }
}

impl Server<mlua::Function, mlua::AnyUserData> {
    /// Starts the server.
    ///
    /// # Errors
    /// When its source fails.
    pub fn in_luajit(lua: &mlua::Lua) -> mlua::Result<Self> {
        let config = lua.create_table()?;
        lua.load(CONFIG).set_environment(config.clone()).exec()?;
        Ok(Server { answer: lua.load(SERVER).call(config)?, packet: lua.create_userdata(Packet([0; 512]))? })
    }

    /// Answers packets, and says how many and the last address.
    ///
    /// # Errors
    /// When the callback fails.
    pub fn run_luajit(&mut self, packets: u32) -> mlua::Result<String> {
        let (mut answered, mut address) = (0, 0);
        for index in 0..packets {
            self.packet.borrow_mut::<Packet>()?.discover(index);
            if self.answer.call(&self.packet)? {
                answered += 1;
                address = self.packet.borrow_mut::<Packet>()?.word(16, None);
            }
        }
        Ok(format!("{answered} {address}"))
    }
}
