import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * Says above the composer (or in its place) what the agent has to know before writing: that WhatsApp takes no free
 * text now, how long it will, and who takes care of the conversation.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class WhatsappComposerNotice extends Component {
    static template = "whatsapp_base.ComposerNotice";
    static props = { thread: Object };

    setup() {
        this.store = useService("mail.store");
        this.state = useState({ busy: false });
    }

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get isClosed() {
        return this.props.thread.isWhatsappComposerClosed;
    }

    /** @returns {{icon: string, tone: string, title: string, text: string}|undefined} why nothing can be written */
    get obstacle() {
        if (!this.isClosed) {
            return undefined;
        }
        const { blocked, last_inbound_at: lastInbound, name } = this.conversation;
        if (!this.store.has_access_whatsapp) {
            return {
                icon: "fa-lock",
                title: _t("Only WhatsApp agents can write to customers"),
                text: _t("Ask an administrator for the role if you need to answer here."),
            };
        }
        if (blocked) {
            return {
                icon: "fa-ban",
                title: _t("%(name)s is blocked", { name }),
                text: _t(
                    "Nothing is sent to blocked contacts. Unblock the contact to write again.",
                ),
            };
        }
        if (!lastInbound) {
            return {
                icon: "fa-clock-o",
                title: _t("%(name)s has not written to you yet", { name }),
                text: _t(
                    "WhatsApp lets a business begin with an approved template only. You can write freely as soon as the customer answers.",
                ),
            };
        }
        return {
            icon: "fa-clock-o",
            title: _t("The 24 hours to reply have passed"),
            text: _t(
                "%(name)s last wrote on %(date)s: approved templates only until they write again.",
                { name, date: lastInbound.toLocaleString(luxon.DateTime.DATETIME_MED) },
            ),
        };
    }

    get countdown() {
        const { isCountingDown, windowMinutesLeft: minutes } = this.conversation;
        if (this.isClosed || !isCountingDown) {
            return undefined;
        }
        const hours = Math.floor(minutes / 60);
        if (!hours) {
            return _t("%(minutes)s min left to reply", { minutes });
        }
        return _t("%(hours)s h %(minutes)s min left to reply", { hours, minutes: minutes % 60 });
    }

    get isUrgent() {
        return this.conversation.windowMinutesLeft <= 30;
    }

    get canTake() {
        return this.props.thread.canTakeOnWhatsapp;
    }

    /** @returns {string|undefined} who takes care of the conversation, where it is not the user */
    get care() {
        const { agent_id: agent, state } = this.conversation;
        if (state === "resolved") {
            return _t("Resolved. The conversation opens again with the next message.");
        }
        if (!agent) {
            return this.isClosed
                ? _t("Nobody has taken this conversation.")
                : _t("Nobody has taken this conversation. Your first reply takes it.");
        }
        if (agent.notEq(this.store.self)) {
            return _t("%(name)s takes care of this conversation.", { name: agent.name });
        }
        return undefined;
    }

    /** @returns {string|undefined} that sending costs nothing now; when free text ends is another matter */
    get free() {
        const until = this.conversation.free_until;
        if (!this.store.has_access_whatsapp || !until || until.toMillis() <= Date.now()) {
            return undefined;
        }
        return _t("Came from an ad: nothing is charged until %(date)s.", {
            date: until.toLocaleString(luxon.DateTime.DATETIME_MED),
        });
    }

    get isShown() {
        return Boolean(
            this.conversation && (this.obstacle || this.countdown || this.care || this.free),
        );
    }

    async onClickTake() {
        this.state.busy = true;
        try {
            await this.props.thread.takeOnWhatsapp();
        } finally {
            this.state.busy = false;
        }
    }
}
