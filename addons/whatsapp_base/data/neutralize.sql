-- A copy of a production database must not write to customers, nor read what they write
UPDATE whatsapp_business_account SET access_token_sealed = NULL, app_secret_sealed = NULL, verify_token_sealed = NULL, state = 'draft';
UPDATE whatsapp_channel SET paused_until = '2999-12-31', pause_reason = 'Neutralized copy of a database';
UPDATE whatsapp_chat_message SET state = 'cancelled' WHERE state IN ('queued', 'held', 'sending');
UPDATE whatsapp_chat_message SET has_extras = FALSE, media_state = CASE media_state WHEN 'pending' THEN 'failed' ELSE media_state END
 WHERE has_extras OR media_state = 'pending';
