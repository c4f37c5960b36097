import { Component } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

import { canBeSticker, planOf } from "./attachment_plan";

/**
 * Says below the files of a message what becomes of them, and offers pictures as stickers.
 *
 * @typedef {Object} Props
 * @property {import("models").Composer} composer
 * @extends {Component<Props, Env>}
 */
export class WhatsappAttachmentNotice extends Component {
    static template = "whatsapp_base.AttachmentNotice";
    static props = { composer: Object };

    setup() {
        this.store = useService("mail.store");
    }

    get lines() {
        return this.props.composer.attachments
            .filter((attachment) => !attachment.uploading)
            .map((attachment) => ({
                attachment,
                canBeSticker: canBeSticker(attachment),
                plan: attachment.isWhatsappSticker
                    ? undefined
                    : planOf(attachment, this.store.can_convert_whatsapp_voice),
            }))
            .filter(({ canBeSticker, plan }) => canBeSticker || plan);
    }
}
