import { Domain } from "@web/core/domain";
import { DomainSelectorDialog } from "@web/core/domain_selector_dialog/domain_selector_dialog";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

import { InboxFilterDialog } from "./inbox_filter_dialog";

const MODEL = "whatsapp.conversation";

/** Saved filters: Odoo's own, on any field of conversation, contact and customer. */
export class InboxFilters {
    /** @type {{id: number, name: string, domain: string, isMine: boolean}[]} */
    saved = [];

    /**
     * @param {import("../inbox_service").WhatsappInbox} inbox
     * @param {import("services").ServiceFactories} services
     */
    constructor(inbox, services) {
        this.inbox = inbox;
        this.services = services;
    }

    async load() {
        const found = await this.services.orm.searchRead(
            "ir.filters",
            [
                ["model_id", "=", MODEL],
                ["user_ids", "in", [user.userId, false]],
            ],
            ["name", "domain", "user_ids"],
            { order: "name" },
        );
        this.saved = found.map(({ id, name, domain, user_ids: userIds }) => ({
            id,
            name,
            domain,
            isMine: userIds.length === 1 && userIds[0] === user.userId,
            isShared: userIds.length !== 1,
        }));
    }

    /** @param {{id: number|false, name: string, domain: string}|false} filter */
    use(filter) {
        let leaves;
        if (filter) {
            try {
                leaves = new Domain(filter.domain).toList(user.context);
            } catch {
                this.services.notification.add(
                    _t("The filter “%s” cannot be read. Edit or delete it.", filter.name),
                    { type: "danger" },
                );
                return undefined;
            }
        }
        return this.inbox.rows.change({}, filter && { ...filter, leaves });
    }

    edit() {
        this.services.dialog.add(DomainSelectorDialog, {
            resModel: MODEL,
            domain: this.inbox.rows.filter?.domain || "[]",
            title: _t("Filter conversations"),
            confirmButtonText: _t("Show"),
            text: _t("Follow “Contact” or “Customer” to filter by their fields."),
            onConfirm: (domain) => this.use({ id: false, name: _t("My filter"), domain }),
        });
    }

    async save() {
        const { teams } = this.inbox.actions.choices ?? (await this.inbox.actions.loadChoices());
        const { domain, leaves } = this.inbox.rows.filter;
        this.services.dialog.add(InboxFilterDialog, {
            teams,
            onConfirm: async ({ name, audience }) => {
                const id = await this.services.orm.call(MODEL, "inbox_save_filter", [
                    name,
                    domain,
                    audience.id === "all" ? "all" : "some",
                    audience.teamId ?? false,
                ]);
                await this.load();
                this.inbox.rows.filter = { id, name, domain, leaves };
                this.services.notification.add(_t("The filter is saved."), { type: "success" });
            },
        });
    }

    async remove(filter) {
        await this.services.orm.unlink("ir.filters", [filter.id]);
        if (this.inbox.rows.filter?.id === filter.id) {
            await this.use(false);
        }
        await this.load();
    }
}
