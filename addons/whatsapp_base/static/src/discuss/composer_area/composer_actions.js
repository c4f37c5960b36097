import { WhatsappCannedPicker } from "@whatsapp_base/discuss/canned_picker/canned_picker";
import { WhatsappMessageBuilder } from "@whatsapp_base/message_builder/message_builder";

import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * Buttons above the text field of conversations. Addons add theirs, such as a help with writing:
 *
 *     registry.category("whatsapp.composer_actions").add("my_addon.improve", {
 *         name: _t("Improve the text"),
 *         icon: "fa-magic",
 *         condition: ({ mode }) => mode === "reply",
 *         onSelected: async ({ composer, env }) => { composer.setWhatsappText(await ...(composer.composerText)); },
 *     }, { sequence: 50 });
 *
 * @typedef {Object} WhatsappComposerAction
 * @property {string} name what it does, for the tooltip and screen readers
 * @property {string} icon class of Font Awesome
 * @property {(context: WhatsappComposerContext) => boolean} [condition] whether it is there
 * @property {(context: WhatsappComposerContext) => void} onSelected
 *
 * @typedef {Object} WhatsappComposerContext
 * @property {import("models").Thread} thread its conversation is `thread.whatsapp_conversation_id`
 * @property {import("models").Composer} composer `composerText` is what is written, `setWhatsappText` changes it
 * @property {"reply"|"note"|"later"|"template"} mode whom one writes to
 * @property {Object} env
 */
export const whatsappComposerActions = registry.category("whatsapp.composer_actions");

whatsappComposerActions.add(
    "canned",
    {
        name: _t("Canned replies (::)"),
        icon: "fa-commenting-o",
        condition: ({ mode }) => ["reply", "later", "note"].includes(mode),
        onSelected: ({ thread, env }) => env.services.dialog.add(WhatsappCannedPicker, { thread }),
    },
    { sequence: 10 },
);
whatsappComposerActions.add(
    "builder",
    {
        name: _t("Buttons, list, place, people, items"),
        icon: "fa-th-list",
        condition: ({ mode }) => mode === "reply",
        onSelected: ({ thread, composer, env }) =>
            env.services.dialog.add(WhatsappMessageBuilder, {
                thread,
                replyTo: composer.replyToMessage?.id,
                onSent: () => {
                    composer.replyToMessage = undefined;
                },
            }),
    },
    { sequence: 20 },
);

export class ComposerAreaActions extends Component {
    static template = "whatsapp_base.ComposerAreaActions";
    static props = { thread: Object, mode: String };

    setup() {
        this.store = useService("mail.store");
    }

    get context() {
        const { thread, mode } = this.props;
        return { thread, composer: thread.composer, mode, env: this.env };
    }

    get actions() {
        const { context } = this;
        if (!this.store.has_access_whatsapp) {
            return [];
        }
        return whatsappComposerActions
            .getEntries()
            .map(([id, action]) => ({ id, ...action }))
            .filter(({ condition }) => !condition || condition(context));
    }

    onClick(action) {
        action.onSelected(this.context);
    }
}
