import { Message as MessageModel } from "@mail/core/common/message_model";
import { Message } from "@mail/core/common/message";
import { WhatsappTicks } from "@whatsapp_base/discuss/ticks/whatsapp_ticks";

import { patch } from "@web/core/utils/patch";

Message.components = { ...Message.components, WhatsappTicks };

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
