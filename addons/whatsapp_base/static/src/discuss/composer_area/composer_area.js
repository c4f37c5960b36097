import { Composer } from "@mail/core/common/composer";
import { WhatsappComposerBar } from "@whatsapp_base/discuss/composer_area/composer_bar";
import { pruneDrafts } from "@whatsapp_base/discuss/composer_area/drafts";
import { WhatsappPending } from "@whatsapp_base/discuss/composer_area/pending";
import { WhatsappComposerNotice } from "@whatsapp_base/discuss/composer_notice/composer_notice";
import { WhatsappPresenceLine } from "@whatsapp_base/discuss/presence/presence_line";
import { WhatsappTemplatePicker } from "@whatsapp_base/discuss/template_picker/template_picker";

import { Component, onMounted, onWillUnmount, status, useEffect } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/**
 * All that stands below the messages of a conversation, wherever it is shown: what one has to know, who else is there,
 * what waits, and the way to write that is possible now.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @property {Object} [composerProps] what the place gives Odoo's composer
 * @extends {Component<Props, Env>}
 */
export class WhatsappComposerArea extends Component {
    static template = "whatsapp_base.ComposerArea";
    static components = {
        Composer,
        WhatsappComposerBar,
        WhatsappComposerNotice,
        WhatsappPending,
        WhatsappPresenceLine,
        WhatsappTemplatePicker,
    };
    static props = { thread: Object, composerProps: { type: Object, optional: true } };
    static defaultProps = { composerProps: {} };

    setup() {
        this.store = useService("mail.store");
        this.presence = useService("whatsapp.presence");
        onMounted(pruneDrafts);
        // a reply to a note is a note, and stays one when the quote is taken away
        useEffect(
            (isNote) => {
                if (isNote) {
                    this.quoteInNote();
                }
            },
            () => [Boolean(this.composer.replyToMessage?.isNote)],
        );
        useEffect(
            (id) => {
                if (!id || !this.store.has_access_whatsapp) {
                    return;
                }
                this.presence.enter(id).then((known) => {
                    // a component that is gone must read nothing: it would be kept with all that it has shown
                    if (known && status(this) !== "destroyed" && this.conversation?.id === id) {
                        this.conversation.pending = known.pending;
                    }
                });
                return () => this.presence.leave(id);
            },
            () => [this.conversation?.id],
        );
        onWillUnmount(() => this.saveDraft());
    }

    get composer() {
        return this.props.thread.composer;
    }

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get mode() {
        return this.props.thread.whatsappMode;
    }

    get composerType() {
        return this.mode === "note" ? "note" : undefined;
    }

    quoteInNote() {
        const { replyToMessage } = this.composer;
        this.composer.setWhatsappMode("note");
        this.composer.replyToMessage = replyToMessage;
    }

    saveDraft() {
        if (this.props.thread.exists() && this.composer) {
            this.composer.saveWhatsappDraft();
        }
    }

    removeButtons() {
        this.composer.whatsappButtons = [];
    }
}
