import { Composer } from "@mail/core/common/composer";
import { Thread } from "@mail/core/common/thread";
import { useMessageScrolling } from "@mail/utils/common/hooks";

import { Component, onWillUnmount, useRef, useState, useSubEnv } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

import { WhatsappComposerNotice } from "../../discuss/composer_notice/composer_notice";

/**
 * The middle of the inbox: the open conversation.
 *
 * @typedef {Object} Props
 * @property {number} conversationId
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class InboxThread extends Component {
    static template = "whatsapp_base.InboxThread";
    static components = { Composer, Thread, WhatsappComposerNotice };
    static props = { conversationId: Number, thread: Object };

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.ui = useService("ui");
        this.root = useRef("root");
        this.state = useState({ jumpThreadPresent: 0 });
        useSubEnv({ inDiscussApp: true, messageHighlight: useMessageScrolling() });
        const unregister = this.inbox.register({
            reply: () => this.props.thread.composer.autofocus++,
        });
        onWillUnmount(unregister);
    }
}
