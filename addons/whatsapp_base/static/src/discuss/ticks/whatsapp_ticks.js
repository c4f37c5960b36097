import { Component, useState } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";

/** State of a message -> what is drawn, in which tone, and what it means. */
export const SHOWN = {
    queued: { drawing: "clock", tone: "muted", label: _t("Waiting to be sent") },
    held: { drawing: "clock", tone: "warning", label: _t("Waiting for its template") },
    sending: { drawing: "clock", tone: "muted", label: _t("Being sent") },
    accepted: { drawing: "tick", tone: "muted", label: _t("Sent") },
    sent: { drawing: "tick", tone: "muted", label: _t("Sent") },
    delivered: { drawing: "ticks", tone: "muted", label: _t("Delivered") },
    read: { drawing: "ticks", tone: "read", label: _t("Read") },
    failed: { drawing: "problem", tone: "danger", label: _t("Not sent") },
    uncertain: { drawing: "problem", tone: "warning", label: _t("Unclear whether it was sent") },
    cancelled: { drawing: "cancelled", tone: "muted", label: _t("Cancelled") },
};

/** Meta's "Re-engagement message": free text after the window closed. */
const WINDOW_CLOSED = 131047;

/** What went wrong with a message, what to do about it, and a button that tries again. */
export class WhatsappProblem extends Component {
    static template = "whatsapp_base.Problem";
    static props = { close: Function, message: Object };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ busy: false });
    }

    get status() {
        return this.props.message.whatsapp_status || {};
    }

    get isDanger() {
        return this.status.state === "failed";
    }

    get title() {
        if (this.status.title) {
            return this.status.title;
        }
        return SHOWN[this.status.state]?.label ?? "";
    }

    get remedy() {
        if (this.status.remedy) {
            return this.status.remedy;
        }
        if (this.status.state === "uncertain") {
            return _t(
                "The connection broke while it was sent. Ask the customer, or send it again: they may get it twice.",
            );
        }
        return "";
    }

    /** What was refused because the window is closed would be refused again. */
    get canRetry() {
        const { store, thread } = this.props.message;
        const isHopeless = this.status.code === WINDOW_CLOSED && thread?.isWhatsappComposerClosed;
        return (
            Boolean(store.has_access_whatsapp) &&
            !["queued", "held"].includes(this.status.state) &&
            !isHopeless
        );
    }

    async onClickRetry() {
        this.state.busy = true;
        try {
            await this.orm.call("whatsapp.chat.message", "action_retry", [[this.status.id]]);
            this.props.close();
        } finally {
            this.state.busy = false;
        }
    }
}

/**
 * How far a message to the customer has come, in its bubble.
 *
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class WhatsappTicks extends Component {
    static template = "whatsapp_base.Ticks";
    static props = { message: Object };

    setup() {
        this.popover = usePopover(WhatsappProblem, {
            popoverClass: "o-whatsapp-Problem-popover",
            position: "right",
        });
    }

    get status() {
        return this.props.message.whatsapp_status;
    }

    get shown() {
        return SHOWN[this.status.state] ?? SHOWN.queued;
    }

    get label() {
        if (this.status.scheduled_at) {
            return _t("Scheduled for %(date)s", {
                date: deserializeDateTime(this.status.scheduled_at).toLocaleString(
                    luxon.DateTime.DATETIME_MED,
                ),
            });
        }
        if (!this.status.at || !["sent", "delivered", "read"].includes(this.status.state)) {
            return this.shown.label.toString();
        }
        return _t("%(state)s, %(date)s", {
            state: this.shown.label.toString(),
            date: deserializeDateTime(this.status.at).toLocaleString(luxon.DateTime.DATETIME_MED),
        });
    }

    /** A message that waits because of a problem that passes can be asked about as well. */
    get hasProblem() {
        return (
            ["failed", "uncertain", "held"].includes(this.status.state) ||
            (this.status.state === "queued" && Boolean(this.status.title))
        );
    }

    onClickProblem(ev) {
        ev.stopPropagation();
        if (this.popover.isOpen) {
            this.popover.close();
        } else {
            this.popover.open(ev.currentTarget, { message: this.props.message });
        }
    }
}
