import { ChatWindow } from "@mail/core/common/chat_window";
import { DiscussContent } from "@mail/core/public_web/discuss_content";
import { WhatsappComposerNotice } from "@whatsapp_base/discuss/composer_notice/composer_notice";
import { WhatsappHeader } from "@whatsapp_base/discuss/header";

import { patch } from "@web/core/utils/patch";

// Both places that show a thread get the notice; the Discuss app also says whom one talks to
Object.assign(ChatWindow.components, { WhatsappComposerNotice });
Object.assign(DiscussContent.components, { WhatsappComposerNotice, WhatsappHeader });

patch(DiscussContent.prototype, {
    get showThreadAvatar() {
        return super.showThreadAvatar || this.thread.isWhatsapp;
    },
});
