//! What compiles: Cranelift for this machine, and the helpers that keep all registers.

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{AbiParam, Function, InstBuilder, Signature, Type, UserFuncName, types};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::super::helpers::{Arg, Helper};
use super::super::ir::Region;
use super::super::memory::Code;
use super::Lowering;

/// Whether Cranelift compiles for this machine.
pub(crate) fn is_supported() -> bool {
    cranelift_native::builder().is_ok()
}

/// What is needed to compile regions of a VM.
pub(crate) struct Compiler {
    isa: OwnedTargetIsa,
    context: Context,
    builder: FunctionBuilderContext,
    /// Where the interrupt flag is.
    interrupt: usize,
    /// Whether the last code was kept as text, and the text.
    pub(crate) listing: Option<String>,
    pub(crate) wants_listing: bool,
    /// Helpers as calls that keep all registers: most code never takes them, and need not keep its values out of their way.
    rare: Vec<(Helper, Code)>,
}

/// Those helpers. What they give, if anything, they leave in memory.
const RARE: [Helper; 3] = [Helper::barrier, Helper::number_get, Helper::append];

impl Compiler {
    /// A compiler for this machine, if Cranelift has one; its code asks the flag at `interrupt`.
    pub(crate) fn new(interrupt: usize) -> Option<Compiler> {
        let mut flags = settings::builder();
        flags.set("opt_level", "none").ok()?;
        flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }).ok()?;
        flags.set("unwind_info", "false").ok()?;
        let isa = cranelift_native::builder().ok()?.finish(settings::Flags::new(flags)).ok()?;
        let mut compiler = Compiler {
            isa,
            context: Context::new(),
            builder: FunctionBuilderContext::new(),
            interrupt,
            listing: None,
            wants_listing: false,
            rare: Vec::new(),
        };
        for helper in RARE {
            let code = compiler.keeping_registers(helper)?;
            compiler.rare.push((helper, code));
        }
        Some(compiler)
    }

    /// A helper's arguments handed on by a function that keeps all registers, and gives nothing back.
    fn keeping_registers(&mut self, helper: Helper) -> Option<Code> {
        self.context.clear();
        let mut function =
            Function::with_name_signature(UserFuncName::default(), preserving(&self.isa, helper.arguments()));
        let mut b = FunctionBuilder::new(&mut function, &mut self.builder);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let arguments = b.block_params(entry).to_vec();
        let wanted = b.import_signature(signature(&self.isa, helper.arguments(), helper.result()));
        let address = b.ins().iconst(types::I64, helper.address() as i64);
        b.ins().call_indirect(wanted, address, &arguments);
        b.ins().return_(&[]);
        b.seal_all_blocks();
        b.finalize(self.isa.frontend_config());
        self.context.func = function;
        let compiled = self.context.compile(&*self.isa, &mut ControlPlane::default()).ok()?;
        if compiled.buffer.relocs().is_empty() { Code::new(compiled.code_buffer()) } else { None }
    }

    /// Forgets what it has in hand, after a panic.
    pub(crate) fn begin_anew(&mut self) {
        self.context = Context::new();
        self.builder = FunctionBuilderContext::new();
    }

    /// The machine code of a region.
    pub(crate) fn compile(&mut self, region: &Region) -> Option<Code> {
        self.context.clear();
        let signature = signature(&self.isa, &CODE_ARGUMENTS, Arg::Word);
        let mut function = Function::with_name_signature(UserFuncName::default(), signature);
        let builder = FunctionBuilder::new(&mut function, &mut self.builder);
        Lowering::new(region, &self.isa, builder, self.interrupt, &self.rare).run();
        self.context.func = function;
        self.listing = None;
        if self.wants_listing {
            self.listing = Some(self.context.func.display().to_string());
            self.context.set_disasm(true);
        }
        let compiled = self.context.compile(&*self.isa, &mut ControlPlane::default()).ok()?;
        if !compiled.buffer.relocs().is_empty() {
            return None;
        }
        if let Some(text) = &compiled.vcode
            && self.wants_listing
        {
            self.listing = Some(text.clone());
        }
        Code::new(compiled.code_buffer())
    }
}

/// What compiled code takes: the VM, the runtime, register 0, and the frame.
pub(super) const CODE_ARGUMENTS: [Arg; 4] = [Arg::Word; 4];

pub(super) fn signature(isa: &OwnedTargetIsa, arguments: &[Arg], result: Arg) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params.extend(arguments.iter().map(|arg| AbiParam::new(machine_type(*arg))));
    signature.returns.push(AbiParam::new(machine_type(result)));
    signature
}

/// A signature of functions that keep all registers and give nothing back.
pub(super) fn preserving(isa: &OwnedTargetIsa, arguments: &[Arg]) -> Signature {
    let mut signature = signature(isa, arguments, Arg::Word);
    signature.call_conv = CallConv::PreserveAll;
    signature.returns.clear();
    signature
}

fn machine_type(arg: Arg) -> Type {
    match arg {
        Arg::Word => types::I64,
        Arg::Double => types::F64,
    }
}
