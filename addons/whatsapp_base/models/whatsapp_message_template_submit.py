import base64
import mimetypes

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ..cloud_api import client as cloud_client
from ..cloud_api import template_draft as drafts
from ..cloud_api import template_lint
from ..tools.phrases import say

ERRORS = (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown)
# Meta, error_subcode: this name exists in this language already
ALREADY_THERE = 2388024
MAX_EXAMPLE = 100 * 1024 * 1024


class WhatsappMessageTemplate(models.Model):
    """From Odoo to Meta: submit, edit, delete, let go on."""

    _inherit = "whatsapp.message.template"

    to_submit_count = fields.Integer(compute="_compute_to_submit_count")
    is_at_meta = fields.Boolean(compute="_compute_to_submit_count")

    @api.depends("translation_ids.is_edited", "translation_ids.state", "translation_ids.meta_id")
    def _compute_to_submit_count(self):
        for template in self:
            template.to_submit_count = len(template.translation_ids.filtered(lambda t: t.is_edited and t.is_editable))
            template.is_at_meta = any(t.meta_id and t.state != "deleted" for t in template.translation_ids)

    @api.constrains("name")
    def _check_name(self):
        for template in self:
            findings = template_lint.lint({"name": template.name})
            problem = next((finding for finding in findings if finding.path == "name"), None)
            if problem:
                raise ValidationError(" ".join(problem.explain(lambda text: say(self.env, text))))

    def write(self, vals):
        frozen = {"name", "account_id", "parameter_format"} & set(vals)
        if frozen and not self.env.context.get("whatsapp_from_meta"):
            wrong = self.filtered(lambda t: t.is_at_meta and any(
                self._fields[name].convert_to_write(t[name], t) != vals[name] for name in frozen
            ))
            if wrong:
                raise UserError(self.env._(
                    "“%s” is known to Meta: its name, account and kind of variables are fixed. Duplicate it to change them.",
                    wrong[0].name,
                ))
        result = super().write(vals)
        if "category" in vals and not self.env.context.get("whatsapp_from_meta"):
            self.translation_ids.filtered("is_editable")._edited()
        return result

    def copy_data(self, default=None):
        data = super().copy_data(default)
        for template, values in zip(self, data, strict=True):
            if "name" not in (default or {}):
                values["name"] = template._free_name()
        return data

    def _free_name(self):
        """Return a name for a copy that the account does not use yet."""
        taken = set(
            self.with_context(active_test=False).search(
                [("account_id", "=", self.account_id.id), ("name", "=like", f"{self.name[:500]}_copy%")]
            ).mapped("name")
        )
        number = 1
        while (name := f"{self.name[:500]}_copy{number if number > 1 else ''}") in taken:
            number += 1
        return name

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_meta(self):
        wrong = self.filtered("is_at_meta")
        if wrong:
            raise UserError(self.env._("“%s” exists at Meta. Delete it there first, with Delete at Meta.", wrong[0].name))

    def action_submit(self):
        """Submit every language that was written or edited here."""
        self.check_access("write")
        translations = self.translation_ids.filtered(lambda t: t.is_edited and t.is_editable)
        if not translations:
            raise UserError(self.env._("There is nothing to submit. Write a text first, or wait until Meta's review is over."))
        return translations.action_submit()

    def action_refresh(self):
        """Fetch these templates from Meta now."""
        self.check_access("write")
        for account, templates in self.grouped("account_id").items():
            try:
                listed = [
                    item
                    for name in templates.mapped("name")
                    for item in account._client().templates(account.waba_id, name=name)
                    if item.get("name") == name
                ]
            except ERRORS as error:
                raise UserError(account._explain(error)) from None
            templates._take_over(account, listed)

    def action_delete_at_meta(self):
        """Ask before deleting; the wizard tells the consequences."""
        self.ensure_one()
        return self._wizard("whatsapp_base.whatsapp_template_delete_action", default_template_id=self.id)

    def action_add_language(self):
        """Ask for the language to add."""
        self.ensure_one()
        return self._wizard("whatsapp_base.whatsapp_template_language_action", default_template_id=self.id)

    def _wizard(self, xmlid, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(action, context=context)

    def _delete_at_meta(self, translations=None):
        """Delete the template at Meta, or only some of its languages.

        :raises UserError: what Meta said; nothing is changed here then
        """
        self.ensure_one()
        chosen = (translations or self.translation_ids).filtered(lambda t: t.meta_id and t.state != "deleted")
        client, waba_id = self.account_id._client(), self.account_id.waba_id
        try:
            if chosen == self.translation_ids.filtered(lambda t: t.meta_id and t.state != "deleted"):
                client.delete_template(waba_id, self.name)
            else:
                for translation in chosen:
                    client.delete_template(waba_id, self.name, translation.meta_id)
        except ERRORS as error:
            raise UserError(self.account_id._explain(error)) from None
        chosen.write({"status": "DELETED"})
        for language in chosen.mapped("language_name"):
            self._message_log(body=self.env._("Deleted at Meta: %s", language))
        if self.state == "deleted":
            self.active = False


class WhatsappMessageTemplateTranslation(models.Model):
    """From Odoo to Meta, for each language."""

    _inherit = "whatsapp.message.template.translation"

    def action_submit(self):
        """Submit to Meta for review: create what it does not know, edit what it does.

        All calls come before the first write. A call that is repeated after a crash or a lost answer does no harm: what
        Meta has already is recognised by its content.
        """
        self.check_access("write")
        bodies = {translation: translation._checked_body() for translation in self}
        done, failed = {}, {}
        for translation, body in bodies.items():
            client = translation.account_id._client()
            try:
                handles = translation._upload_examples(client, body)
                done[translation] = (translation._call_meta(client, body), body, handles)
            except ERRORS as error:
                failed[translation] = translation.account_id._explain(error)
        if not done:
            raise UserError("\n\n".join(f"{t.language_name}: {text}" for t, text in failed.items()))
        for translation, (answer, body, handles) in done.items():
            translation._submitted(answer, body, handles)
        return self._tell_submitted(done, failed)

    def _tell_submitted(self, done, failed):
        lines = [self.env._("Submitted: %s", ", ".join(t.language_name for t in done))]
        lines += [self.env._("%(language)s was refused: %(reason)s", language=t.language_name, reason=r) for t, r in failed.items()]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "sticky": bool(failed),
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _body(self):
        """Return the request that creates the template in this language."""
        self.ensure_one()
        template = self.template_id
        body = {
            "name": template.name,
            "language": self.language,
            "category": template.category or "",
            "parameter_format": template.parameter_format,
            "components": self._components(),
        }
        if self.ttl_seconds:
            body["message_send_ttl_seconds"] = self.ttl_seconds
        return body

    def _checked_body(self):
        """Return the request, or explain what Meta would refuse."""
        self.ensure_one()
        if not self.is_editable:
            raise UserError(self.env._(
                "%(template)s cannot be changed while its state is “%(state)s”.",
                template=self.display_name, state=dict(self._fields["state"]._description_selection(self.env))[self.state],
            ))
        body = self._body()
        findings = [finding for finding in template_lint.lint(body, self._samples()) if finding.is_error]
        if findings:
            texts = [" ".join(finding.explain(lambda text: say(self.env, text))) for finding in findings]
            raise UserError("\n".join([self.display_name, *(f"• {text}" for text in texts)]))
        return body

    def action_open(self):
        """Open the text in this language."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form"}

    def action_revert(self):
        """Go back to what Meta has."""
        self.check_access("write")
        for translation in self.with_context(whatsapp_from_meta=True):
            translation.write({**translation._draft_values(translation._definition().components), "is_edited": False})

    def action_unpause(self):
        """Ask Meta to let a template go on that it paused while it was new."""
        self.check_access("write")
        for translation in self:
            try:
                translation.account_id._client().unpause_template(translation.meta_id)
            except ERRORS as error:
                raise UserError(translation.account_id._explain(error)) from None
        self._set_status("APPROVED")

    # ------------------------------------------------------------
    # Example files
    # ------------------------------------------------------------

    def _media_parts(self):
        """Return ``{the linter's path: record}`` of the headers that hold a file."""
        self.ensure_one()
        parts = {"header": self, **{f"carousel.{index}.header": card for index, card in enumerate(self.card_ids)}}
        return {path: part for path, part in parts.items() if part.header_format in drafts.MEDIA}

    def _samples(self):
        samples = {}
        for path, part in self._media_parts().items():
            if part.header_file:
                data = base64.b64decode(part.header_file)
                samples[path] = template_lint.Sample(_mimetype(data, part.header_filename), len(data))
        return samples

    def _upload_examples(self, client, body):
        """Upload the example files that Meta has no handle for, and put their handles into the request.

        :returns: ``{record: handle}``, to be kept
        """
        handles = {}
        for path, part in self._media_parts().items():
            handle = part.header_handle or ""
            if not handle or handle.startswith("http"):
                handle = handles[part] = self._upload_example(client, part)
            components = body["components"]
            if path != "header":
                index = int(path.split(".")[1])
                components = next(c for c in components if c["type"] == "CAROUSEL")["cards"][index]["components"]
            next(c for c in components if c["type"] == "HEADER")["example"] = {"header_handle": [handle]}
        return handles

    def _upload_example(self, client, part):
        if part.header_file:
            data = base64.b64decode(part.header_file)
            mimetype = _mimetype(data, part.header_filename)
        else:
            # Meta lists an address of the example that it has
            data, mimetype = client.download(part.header_handle, MAX_EXAMPLE)
        name = part.header_filename or f"example{mimetypes.guess_extension(mimetype) or ''}"
        return client.upload_example(self.account_id.app_id or "app", data, mimetype, name)

    # ------------------------------------------------------------
    # Meta
    # ------------------------------------------------------------

    def _call_meta(self, client, body):
        """Create or edit; returns Meta's answer with id, status and category."""
        if self.meta_id and self.state != "deleted":
            return self._edit_at_meta(client, body)
        try:
            return client.create_template(self.account_id.waba_id, body)
        except cloud_client.ApiError as error:
            if error.error.subcode != ALREADY_THERE:
                raise
            found = [
                item for item in client.templates(self.account_id.waba_id, name=body["name"])
                if item.get("name") == body["name"] and item.get("language") == body["language"] and _same_content(item, body)
            ]
            if not found:
                raise
            return found[0]

    def _edit_at_meta(self, client, body):
        there = client.template(self.meta_id)
        same_category = there.get("category") == body["category"]
        if _same_content(there, body) and same_category and not any(self.mapped("header_file")):
            return there
        changes = {"components": body["components"]}
        if self.ttl_seconds:
            changes["message_send_ttl_seconds"] = self.ttl_seconds
        if not same_category and self.state != "approved":
            changes["category"] = body["category"]
        answer = client.edit_template(self.meta_id, changes)
        return {"id": self.meta_id, "status": "PENDING", "category": answer.get("category") or there.get("category")}

    def _submitted(self, answer, body, handles):
        """Write down what Meta has taken."""
        self.ensure_one()
        record = self.with_context(whatsapp_from_meta=True)
        for part, handle in handles.items():
            part.with_context(whatsapp_from_meta=True).header_handle = handle
        definition = self.template_id._parse_body(body, answer)
        quality = self.quality or self._known_quality(definition.quality)  # an edit does not change what customers thought so far
        record.write({**self._values_of(definition), "quality": quality, "is_edited": False})
        self._keep_version(body["components"], "submitted")
        wanted, given = body["category"], str(answer.get("category") or body["category"]).upper()
        if wanted != given:
            self.template_id._category_changed(given)
        self.template_id._message_log(body=self.env._("%s was submitted to Meta.", self.language_name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_meta(self):
        wrong = self.filtered(lambda t: t.meta_id and t.state != "deleted")
        if wrong:
            raise UserError(self.env._("“%s” exists at Meta. Delete it there first, with Delete at Meta.", wrong[0].display_name))


def _mimetype(data, filename):
    guessed = guess_mimetype(data, default="")
    return guessed if guessed not in ("", "application/octet-stream") else mimetypes.guess_type(filename or "")[0] or guessed


def _same_content(listed, body):
    return drafts.content_key(listed.get("components")) == drafts.content_key(body["components"])
