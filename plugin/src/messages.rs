//! Messages that the app lets scripts read.

use std::sync::Arc;

use bevy_ecs::change_detection::Mut;
use bevy_ecs::message::{Message, MessageCursor, Messages};
use bevy_ecs::reflect::AppTypeRegistry;
use bevy_ecs::resource::Resource;
use bevy_ecs::world::World;
use bevy_reflect::{Reflect, TypePath};
use perilune::ffi::host::HostValue;

use crate::vm::LuaVm;
use crate::world::driver;
use crate::world::reflect::to_host;

/// The messages that the app has exposed.
#[derive(Resource, Default)]
pub(crate) struct ExposedMessages {
    names: Vec<Arc<str>>,
    readers: Vec<Reader>,
}

/// Reads what has come since the last time.
type Reader = Box<dyn FnMut(&World) -> Vec<HostValue> + Send + Sync>;

impl ExposedMessages {
    /// Lets scripts read messages of a type.
    pub(crate) fn expose<M: Message + Reflect + TypePath>(&mut self) {
        let name: Arc<str> = M::short_type_path().into();
        if self.names.contains(&name) {
            return;
        }
        let mut cursor = MessageCursor::<M>::default();
        self.names.push(name);
        self.readers.push(Box::new(move |world| {
            let Some(messages) = world.get_resource::<Messages<M>>() else { return Vec::new() };
            let registry = world.resource::<AppTypeRegistry>().read();
            cursor.read(messages).map(|message| to_host(&registry, message.as_partial_reflect())).collect()
        }));
    }
}

/// Hands the messages of the last frame to the VM.
pub(crate) fn collect(world: &mut World) {
    if world.resource::<ExposedMessages>().names.is_empty() {
        return;
    }
    world.resource_scope(|world, mut exposed: Mut<ExposedMessages>| {
        let ExposedMessages { names, readers } = &mut *exposed;
        let mut fresh = Vec::new();
        for (name, reader) in names.iter().zip(readers) {
            fresh.extend(reader(world).into_iter().map(|message| (Arc::clone(name), message)));
        }
        driver::begin_messages(world.resource_mut::<LuaVm>().lua(), fresh, names);
    });
}
