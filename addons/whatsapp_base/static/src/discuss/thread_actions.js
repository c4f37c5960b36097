import { registerThreadAction, threadActionsRegistry } from "@mail/core/common/thread_actions";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

function openForm(store, resModel, resId, name) {
    return store.env.services.action.doAction({
        type: "ir.actions.act_window",
        name,
        res_model: resModel,
        res_id: resId,
        views: [[false, "form"]],
        target: "current",
    });
}

/** Block or unblock the customer; what WhatsApp itself made of it is said, the thread follows over the bus. */
async function block(store, thread, method) {
    const { params } = await thread.callOnWhatsapp(method);
    const { message, title, type } = params;
    store.env.services.notification.add(message, { title, type });
}

registerThreadAction("whatsapp-take", {
    condition: ({ thread }) => Boolean(thread?.canTakeOnWhatsapp),
    icon: "fa fa-fw fa-hand-paper-o",
    inlineName: _t("Take"),
    name: _t("Take this conversation"),
    open: ({ thread }) => thread.takeOnWhatsapp(),
    sequence: 1,
    sequenceGroup: 3,
});
/** In the inbox as with the key: the next conversation follows. It can be undone everywhere. */
async function resolve(store, thread) {
    const inbox = store.env.services["whatsapp.inbox"];
    if (inbox.isActive && thread.eq(inbox.thread)) {
        return inbox.actions.resolve({ ids: [inbox.activeId] });
    }
    const { id: threadId, whatsapp_conversation_id: conversation } = thread;
    const ids = [conversation.id];
    await thread.callOnWhatsapp("action_resolve");
    inbox.actions.offerUndo(ids, async () => {
        // it may have left the sidebar, and the client, meanwhile
        const again = await store.Thread.getOrFetch({ model: "discuss.channel", id: threadId });
        again?.open({ focus: true });
    });
}

registerThreadAction("whatsapp-resolve", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id) &&
        thread.whatsapp_conversation_id.state !== "resolved",
    icon: "fa fa-fw fa-check",
    inlineName: _t("Resolve"),
    name: _t("Resolve this conversation"),
    open: ({ store, thread }) => resolve(store, thread),
    sequence: 2,
    sequenceGroup: 3,
});
registerThreadAction("whatsapp-reopen", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp) &&
        thread?.whatsapp_conversation_id?.state === "resolved",
    icon: "fa fa-fw fa-undo",
    inlineName: _t("Open again"),
    name: _t("Open this conversation again"),
    open: ({ thread }) => thread.callOnWhatsapp("action_reopen"),
    sequence: 2,
    sequenceGroup: 3,
});
registerThreadAction("whatsapp-conversation", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id),
    icon: "fa fa-fw fa-info-circle",
    name: _t("Conversation Details"),
    open: ({ store, thread }) =>
        openForm(
            store,
            "whatsapp.conversation",
            thread.whatsapp_conversation_id.id,
            thread.displayName,
        ),
    sequence: 10,
    sequenceGroup: 4,
});
registerThreadAction("whatsapp-customer", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id?.partner_id),
    icon: "fa fa-fw fa-address-card-o",
    name: _t("Customer"),
    open: ({ store, thread }) =>
        openForm(
            store,
            "res.partner",
            thread.whatsapp_conversation_id.partner_id.id,
            thread.displayName,
        ),
    sequence: 20,
    sequenceGroup: 4,
});
registerThreadAction("whatsapp-block", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id) &&
        !thread.whatsapp_conversation_id.blocked,
    icon: "fa fa-fw fa-ban",
    name: _t("Block"),
    open: ({ store, thread }) =>
        store.env.services.dialog.add(ConfirmationDialog, {
            title: _t("Block %s?", thread.displayName),
            body: _t(
                "Their messages are kept but not shown, and nothing can be sent to them until somebody unblocks them.",
            ),
            confirmLabel: _t("Block"),
            confirmClass: "btn-danger",
            confirm: () => block(store, thread, "action_block"),
            cancel: () => {},
        }),
    sequence: 30,
    sequenceGroup: 4,
});
registerThreadAction("whatsapp-unblock", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id?.blocked),
    icon: "fa fa-fw fa-unlock",
    inlineName: _t("Unblock"),
    name: _t("Unblock"),
    open: ({ store, thread }) => block(store, thread, "action_unblock"),
    sequence: 3,
    sequenceGroup: 3,
});

// The settings of the channel behind a conversation are nobody's business; the conversation has its own form
const advancedSettings = threadActionsRegistry.get("advanced-settings");
patch(advancedSettings, {
    condition(params) {
        return !params.thread?.isWhatsapp && super.condition(params);
    },
});
