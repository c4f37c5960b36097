import { Message as MessageModel } from "@mail/core/common/message_model";
import { Message } from "@mail/core/common/message";
import { WhatsappTicks } from "@whatsapp_base/discuss/ticks/whatsapp_ticks";

import { patch } from "@web/core/utils/patch";

Message.components = { ...Message.components, WhatsappTicks };

const EVENT_ICONS = {
    assigned: "fa-user",
    order: "fa-shopping-cart",
    pending: "fa-hourglass-half",
    priority: "fa-flag",
    reopened: "fa-undo",
    resolved: "fa-check",
    returned: "fa-undo",
    shared: "fa-share-alt",
    snoozed: "fa-moon-o",
    tagged: "fa-tag",
    taken: "fa-hand-paper-o",
    team_left: "fa-users",
    transferred: "fa-users",
    unassigned: "fa-inbox",
    unreached: "fa-exclamation-triangle",
    untagged: "fa-tag",
    woken: "fa-bell-o",
};

// What the customer has on their phone cannot be changed here
patch(MessageModel.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {{id: number, state: string, code: number|false, title: string|false, remedy: string|false, at: string|false, scheduled_at: string|false}|false} */
        this.whatsapp_status = undefined;
    },
    get editable() {
        if ((this.thread?.isWhatsapp && !this.isNote) || this.whatsapp_status) {
            return false;
        }
        return super.editable;
    },
    // what happened to the conversation, see `whatsapp.conversation._log_event`
    get notificationIcon() {
        const kind = this.notificationType?.startsWith("whatsapp-")
            ? this.notificationType.slice("whatsapp-".length)
            : undefined;
        return kind ? `fa fa-fw ${EVENT_ICONS[kind] ?? "fa-info-circle"}` : super.notificationIcon;
    },
    canAddReaction(thread) {
        if (this.thread?.isWhatsapp && !this.isNote && !this.store.has_access_whatsapp) {
            return false;
        }
        return super.canAddReaction(thread);
    },
    // green is what went out, whoever of us wrote it
    get bubbleColor() {
        const color = super.bubbleColor;
        return color === "blue" && this.whatsapp_status ? "green" : color;
    },
});
