import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";

/**
 * Keeps the open conversation as it is on the server, and closes it when the user may read it no longer: somebody took it,
 * it went to another team, it is no longer shared.
 */
export class InboxFollow {
    /** @type {Object<number, "moved"|"unshared">} why conversations went, as far as the bus has told */
    reasons = {};

    /**
     * @param {import("./inbox_service").WhatsappInbox} inbox
     * @param {import("services").ServiceFactories} services
     */
    constructor(inbox, services) {
        this.inbox = inbox;
        this.services = services;
    }

    /** @param {{moved?: number[], unshared?: number[]}} news */
    hear({ moved = [], unshared = [] }) {
        const { activeId } = this.inbox;
        if (moved.includes(activeId)) {
            this.reasons[activeId] = "moved";
        } else if (unshared.includes(activeId)) {
            this.reasons[activeId] = "unshared";
        }
    }

    /** Ask the server how the open conversation stands: it may have changed, or be none of the user's business now. */
    async look() {
        const id = this.inbox.activeId;
        if (!id) {
            return;
        }
        // what is told while the server answers may be about a later change
        const reason = this.reasons[id];
        delete this.reasons[id];
        const { data, lost } = await this.services.orm.silent.call(
            "whatsapp.conversation",
            "inbox_follow",
            [[id]],
        );
        if (id !== this.inbox.activeId) {
            return; // another one was opened meanwhile
        }
        if (lost) {
            this.lose(lost === "deleted" ? lost : (reason ?? this.reasons[id]));
        } else {
            this.inbox.store.insert(data);
        }
    }

    /** Close the open conversation and say why. What the user was writing there can be sent by nobody: it is given back. */
    lose(reason) {
        const thread = this.inbox.thread?.exists() ? this.inbox.thread : undefined;
        const text = this.wordsFor(reason, thread?.whatsapp_conversation_id?.agent_id);
        const { texts, files } = thread?.composer?.takeWhatsappDrafts() ?? { texts: [], files: [] };
        const downloads = files.map((file) => this.giveBack(file));
        this.inbox.close();
        this.services.notification.add(
            [
                text,
                ...(texts.length ? [_t("You had written:"), ...texts] : []),
                ...(files.length ? [_t("You had added files:")] : []),
            ].join("\n"),
            {
                buttons: downloads,
                className: "o-whatsapp-InboxFollow-lost",
                sticky: texts.length + files.length > 0,
                title: thread?.displayName,
                type: "info",
            },
        );
    }

    /**
     * A file stays on the server for a day, as every one that was uploaded and not sent; one that is on its way there is
     * stopped, and still in the browser.
     *
     * @param {import("models").Attachment} file
     * @returns {{name: string, icon: string, onClick: Function}} a button that downloads it
     */
    giveBack(file) {
        const { name, tmpUrl, downloadUrl, uploading } = file;
        if (uploading) {
            this.services["mail.attachment_upload"].unlink(file);
        }
        const save = uploading
            ? () =>
                  Object.assign(document.createElement("a"), {
                      href: tmpUrl,
                      download: name,
                  }).click()
            : () => download({ data: {}, url: downloadUrl });
        return { name, icon: "fa-download", onClick: save };
    }

    wordsFor(reason, agent) {
        switch (reason) {
            case "deleted":
                return _t("This conversation is no longer there.");
            case "moved":
                return _t("This conversation went to another team.");
            case "unshared":
                return _t("This conversation is no longer shared with you.");
        }
        // the thread itself has told whose it is, while the user could read it
        return agent?.notEq(this.inbox.store.self)
            ? _t("%(name)s takes care of this conversation now.", { name: agent.name })
            : _t("A colleague takes care of this conversation now.");
    }
}
