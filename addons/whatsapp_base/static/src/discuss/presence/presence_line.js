import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * "Ana is viewing", "Ana is typing a reply": quiet, and a warning for who is about to answer as well.
 *
 * @typedef {Object} Props
 * @property {import("models").WhatsappConversation} conversation
 * @property {boolean} isAboutToReply
 * @extends {Component<Props, Env>}
 */
export class WhatsappPresenceLine extends Component {
    static template = "whatsapp_base.PresenceLine";
    static props = { conversation: Object, isAboutToReply: Boolean };

    setup() {
        this.presence = useState(useService("whatsapp.presence"));
    }

    get others() {
        return this.presence.others(this.props.conversation.id);
    }

    get typing() {
        return this.others.filter(({ state }) => state === "typing");
    }

    get isWarning() {
        return this.props.isAboutToReply && this.typing.length > 0;
    }

    get text() {
        const { others, typing } = this;
        if (typing.length) {
            const [{ name }] = typing;
            if (typing.length > 1) {
                return _t("%(name)s and others are typing a reply", { name });
            }
            return this.isWarning
                ? _t("%(name)s is typing a reply, too", { name })
                : _t("%(name)s is typing a reply", { name });
        }
        const names = others.map(({ name }) => name);
        if (names.length === 1) {
            return _t("%s is viewing", names[0]);
        }
        if (names.length === 2) {
            return _t("%(name1)s and %(name2)s are viewing", { name1: names[0], name2: names[1] });
        }
        return _t("%(name)s and %(count)s others are viewing", {
            name: names[0],
            count: names.length - 1,
        });
    }
}
