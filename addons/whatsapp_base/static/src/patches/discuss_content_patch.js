import { ChatWindow } from "@mail/core/common/chat_window";
import { DiscussContent } from "@mail/core/public_web/discuss_content";
import { WhatsappComposerArea } from "@whatsapp_base/discuss/composer_area/composer_area";
import { WhatsappHeader } from "@whatsapp_base/discuss/header";

import { patch } from "@web/core/utils/patch";

// Both places that show a thread get the same composer; the Discuss app also says whom one talks to
Object.assign(ChatWindow.components, { WhatsappComposerArea });
Object.assign(DiscussContent.components, { WhatsappComposerArea, WhatsappHeader });

patch(DiscussContent.prototype, {
    get showThreadAvatar() {
        return super.showThreadAvatar || this.thread.isWhatsapp;
    },
    /** What Odoo gives its composer in the Discuss app. */
    get whatsappComposerProps() {
        return {
            autofocus: true,
            dropzoneRef: this.root,
            onDiscardCallback: () => (this.thread.composer.replyToMessage = undefined),
            onPostCallback: () => this.state.jumpThreadPresent++,
        };
    },
});

patch(ChatWindow.prototype, {
    /** What Odoo gives its composer in a chat window. */
    get whatsappComposerProps() {
        return {
            autofocus: this.isMobileOS ? undefined : this.props.chatWindow.autofocus,
            dropzoneRef: this.contentRef,
            mode: "compact",
            onPostCallback: () => this.state.jumpThreadPresent++,
        };
    },
});
