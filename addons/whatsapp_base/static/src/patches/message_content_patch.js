import { Message } from "@mail/core/common/message";
import { Message as MessageModel } from "@mail/core/common/message_model";
import { WhatsappContent, WhatsappOrigin } from "@whatsapp_base/discuss/content/whatsapp_content";

import { patch } from "@web/core/utils/patch";

Message.components = { ...Message.components, WhatsappContent, WhatsappOrigin };

patch(MessageModel.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {import("@whatsapp_base/discuss/content/whatsapp_content").Content|false} */
        this.whatsapp_content = undefined;
    },
    // where something is drawn in the place of the text, there is a bubble only if it is drawn in the bubble
    get hasTextContent() {
        const content = this.whatsapp_content;
        if (!content?.replaces_body) {
            return super.hasTextContent;
        }
        const { card, deleted, media, forwarded, quote, product, referral, edits } = content;
        return Boolean(
            card || deleted || media || forwarded || quote || product || referral || edits,
        );
    },
});

patch(Message.prototype, {
    /** Whether it is something that the customer never sees. */
    get isWhatsappNote() {
        return Boolean(this.message.thread?.isWhatsapp && this.message.isNote);
    },
    get attClass() {
        return {
            ...super.attClass,
            "o-whatsapp-message": Boolean(this.message.thread?.isWhatsapp),
            "o-whatsapp-note": this.isWhatsappNote,
            "o-whatsapp-sticker": this.message.whatsapp_content?.kind === "sticker",
        };
    },
});
