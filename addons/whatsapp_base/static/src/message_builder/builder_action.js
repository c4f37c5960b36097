import { registerComposerAction } from "@mail/core/common/composer_actions";

import { _t } from "@web/core/l10n/translation";

import { WhatsappMessageBuilder } from "./message_builder";

// Next to the microphone and the paper clip, in conversations that can be answered
registerComposerAction("whatsapp-builder", {
    condition: ({ composer, store }) =>
        Boolean(
            !composer.message &&
            composer.targetThread?.isWhatsapp &&
            composer.targetThread.whatsapp_conversation_id &&
            store.has_access_whatsapp,
        ),
    icon: "fa fa-th-list",
    name: _t("Buttons, list, place, people, items"),
    onSelected: ({ composer, store }) => {
        store.env.services.dialog.add(WhatsappMessageBuilder, {
            thread: composer.targetThread,
            replyTo: composer.replyToMessage?.id,
            onSent: () => {
                composer.replyToMessage = undefined;
            },
        });
    },
    sequence: 15,
});
