import { registry } from "@web/core/registry";

/** The entry in the Actions menu of lists of conversations: a macro for all that are marked. */
async function runMacro(env, action) {
    const { active_ids: ids = [] } = action.context;
    env.services["whatsapp.macros"].open(ids, {
        onDone: () => env.services.action.doAction("soft_reload"),
    });
}

registry.category("actions").add("whatsapp_base.run_macro", runMacro);
