import { ActionList } from "@mail/core/common/action_list";
import { Thread } from "@mail/core/common/thread";
import { useThreadActions } from "@mail/core/common/thread_actions";
import { useMessageScrolling } from "@mail/utils/common/hooks";

import { Component, onWillUnmount, useRef, useState, useSubEnv } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { useService } from "@web/core/utils/hooks";

import { WhatsappWatchBar } from "../../board/watch_bar";
import { WhatsappComposerArea } from "../../discuss/composer_area/composer_area";
import { WhatsappHeader } from "../../discuss/header";
import { useSeverance } from "../../discuss/severance";

/** Actions of the thread that have a button of their own; the others are behind "More". */
const SHOWN = ["whatsapp-take", "whatsapp-resolve", "whatsapp-reopen", "whatsapp-unblock"];

/**
 * The middle of the inbox: the open conversation, with Discuss's own messages and our composer.
 *
 * @typedef {Object} Props
 * @property {number} conversationId
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class InboxThread extends Component {
    static template = "whatsapp_base.InboxThread";
    static components = {
        ActionList,
        Dropdown,
        Thread,
        WhatsappComposerArea,
        WhatsappHeader,
        WhatsappWatchBar,
    };
    static props = { conversationId: Number, thread: Object };

    setup() {
        this.store = useService("mail.store");
        this.inbox = useState(useService("whatsapp.inbox"));
        this.ui = useService("ui");
        this.root = useRef("root");
        this.state = useState({ jumpThreadPresent: 0 });
        useSubEnv({ inDiscussApp: true, messageHighlight: useMessageScrolling() });
        this.threadActions = useThreadActions({ thread: () => this.props.thread });
        const unregister = this.inbox.register({
            reply: () => this.write(),
            note: () => this.props.thread.composer.setWhatsappMode("note"),
        });
        onWillUnmount(unregister);
        useSeverance();
    }

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get shownActions() {
        return this.threadActions.actions.filter(({ id }) => SHOWN.includes(id));
    }

    get otherActions() {
        const { quick, other, group } = this.threadActions.partition;
        return [quick, other, ...group]
            .map((actions) => actions.filter(({ id }) => !SHOWN.includes(id)))
            .filter((actions) => actions.length);
    }

    get panel() {
        const { activeAction } = this.threadActions;
        return activeAction?.actionPanelComponentCondition ? activeAction : undefined;
    }

    get composerProps() {
        return {
            autofocus: false, // who opens it says whether to write: keys of the list must go on working
            dropzoneRef: this.root,
            onDiscardCallback: () => this.onEscape(),
            onPostCallback: () => this.state.jumpThreadPresent++,
        };
    }

    /** Escape takes the quote away; without one it leads out of the text field, back to the keys of the list. */
    onEscape() {
        const { composer } = this.props.thread;
        if (composer.replyToMessage) {
            composer.replyToMessage = undefined;
        } else {
            document.activeElement?.blur();
        }
    }

    /** Put the cursor where one writes to the customer, as far as that is possible now. */
    write() {
        const { thread } = this.props;
        if (thread.whatsappMode === "note") {
            thread.composer.setWhatsappMode(thread.whatsappModes[0]);
        }
        thread.composer.autofocus++;
    }
}
