import { registerThreadAction } from "@mail/core/common/thread_actions";

import { _t } from "@web/core/l10n/translation";

// In the header of a conversation, in Discuss as in the inbox
registerThreadAction("whatsapp-macros", {
    condition: ({ store, thread }) =>
        Boolean(store.has_access_whatsapp && thread?.whatsapp_conversation_id),
    icon: "fa fa-fw fa-bolt",
    name: _t("Run a macro"),
    open: ({ store, thread }) =>
        store.env.services["whatsapp.macros"].open([thread.whatsapp_conversation_id.id]),
    sequence: 5,
    sequenceGroup: 3,
});
