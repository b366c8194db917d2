//! The packet server of the `embed` example with packets as C structs, the same script in each engine: called for every packet,
//! and with the event loop in Lua.

#![allow(unsafe_code, reason = "fills memory that the script hands over")]

use crate::embed::discover;

const CONFIG: &str = include_str!("../../vm/examples/embed/config.lua");
const SERVER: &str = include_str!("../../vm/examples/embed/loop.lua");

/// Packets the event loop asks for at a time.
const BATCH: u32 = 64;

/// What the event loop calls for more packets. They are those of the first clients each time, so that what the host does costs little.
extern "C" fn receive(batch: *mut [u8; 512], room: u32) -> u32 {
    // SAFETY: the script's declaration of this function says that there is room for so many packets.
    let batch = unsafe { std::slice::from_raw_parts_mut(batch, room as usize) };
    for (packet, index) in batch.iter_mut().zip(0..) {
        // Only what an answer changes is new: the host of a benchmark should not be what is measured.
        if packet[0] == 0 {
            discover(packet, index);
        }
        (packet[0], packet[242]) = (1, 1);
    }
    room
}

fn receive_address() -> f64 {
    receive as extern "C" fn(*mut [u8; 512], u32) -> u32 as usize as f64
}

/// A server in either engine.
pub struct Server<Callback> {
    packet: Box<[u8; 512]>,
    answer: Callback,
    serve: Callback,
}

impl<Callback> Server<Callback> {
    fn next_packet(&mut self, index: u32) {
        if index == 0 {
            discover(&mut self.packet, 0);
        }
        (self.packet[0], self.packet[242]) = (1, 1);
    }
}

impl Server<perilune::Function> {
    /// Starts the server.
    ///
    /// # Errors
    /// When its source fails.
    pub fn in_perilune(lua: &mut perilune::Lua) -> Result<Self, perilune::Error> {
        let mut packet = Box::new([0; 512]);
        let config = lua.create_table()?;
        lua.load(CONFIG).environment(&config).exec(lua)?;
        let server: perilune::Table =
            lua.load(SERVER).name("=server").into_function(lua)?.call(lua, config)?;
        let make: perilune::Function = server.get(lua, "answer")?;
        let answer = make.call(lua, (&raw mut *packet).addr() as f64)?;
        Ok(Server { packet, answer, serve: server.get(lua, "serve")? })
    }

    /// Calls the server for each packet; how many were answered.
    ///
    /// # Errors
    /// When the callback fails.
    pub fn callbacks(&mut self, lua: &mut perilune::Lua, packets: u32) -> Result<u32, perilune::Error> {
        let mut answered = 0;
        for index in 0..packets {
            self.next_packet(index);
            answered += u32::from(self.answer.call::<bool>(lua, ())?);
        }
        Ok(answered)
    }

    /// Lets the server run its loop; how many packets were answered.
    ///
    /// # Errors
    /// When the loop fails.
    pub fn event_loop(&mut self, lua: &mut perilune::Lua, packets: u32) -> Result<u32, perilune::Error> {
        self.serve.call(lua, (receive_address(), packets, BATCH))
    }
}

impl Server<mlua::Function> {
    /// Starts the server.
    ///
    /// # Errors
    /// When its source fails.
    pub fn in_luajit(lua: &mlua::Lua) -> mlua::Result<Self> {
        let mut packet = Box::new([0; 512]);
        let config = lua.create_table()?;
        lua.load(CONFIG).set_environment(config.clone()).exec()?;
        let server: mlua::Table = lua.load(SERVER).set_name("=server").call(config)?;
        let make: mlua::Function = server.get("answer")?;
        let answer = make.call((&raw mut *packet).addr() as f64)?;
        Ok(Server { packet, answer, serve: server.get("serve")? })
    }

    /// Calls the server for each packet; how many were answered.
    ///
    /// # Errors
    /// When the callback fails.
    pub fn callbacks(&mut self, packets: u32) -> mlua::Result<u32> {
        let mut answered = 0;
        for index in 0..packets {
            self.next_packet(index);
            answered += u32::from(self.answer.call::<bool>(())?);
        }
        Ok(answered)
    }

    /// Lets the server run its loop; how many packets were answered.
    ///
    /// # Errors
    /// When the loop fails.
    pub fn event_loop(&mut self, packets: u32) -> mlua::Result<u32> {
        self.serve.call((receive_address(), packets, BATCH))
    }
}
