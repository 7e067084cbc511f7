/**
 * The part of OCSF 1.9.0 that Writ writes: two classes and their objects, strict, so that a field that the schema has not
 * fails here. Written by hand from the schema's own source, because no package brings 1.9.0 yet; the 1.5.0 lines are held
 * against the whole schema in `ocsf_1_5.py`.
 */
import * as z from 'zod';

const text = z.string().min(1);
const when = z.int();

const account = z.strictObject({ uid: text });
const cloud = z.strictObject({
  provider: text,
  region: text.optional(),
  account: account.optional(),
  cloud_partition: text.optional(),
});
const user = z.strictObject({
  uid: text,
  uid_alt: text.optional(),
  name: text.optional(),
  email_addr: text.optional(),
  account: account.optional(),
  credential_uid: text.optional(),
  type_id: z.literal([0, 1, 2, 3, 4, 99]),
});
const session = z.strictObject({
  uid: text.optional(),
  uid_alt: text.optional(),
  created_time: when.optional(),
  expiration_time: when.optional(),
  issuer: text.optional(),
  credential_uid: text.optional(),
});
const policy = z.strictObject({ uid: text, version: text.optional(), is_applied: z.boolean() });
const actor = z.strictObject({
  user,
  idp: z.strictObject({ uid: text }).optional(),
  session: session.optional(),
  invoked_by: text.optional(),
  authorizations: z.array(z.strictObject({ decision: text, policy })).optional(),
});
const aiAgent = z.strictObject({
  uid: text,
  instance_uid: text.optional(),
  name: text,
  type_id: z.literal([0, 1, 2, 3, 4, 99]),
});
const delegation = z.strictObject({
  uid: text,
  parent_uid: text.optional(),
  issuer_uid: text,
  created_time: when.optional(),
});

const event = z.strictObject({
  activity_id: z.int(),
  activity_name: text,
  category_uid: z.int(),
  category_name: text,
  class_uid: z.int(),
  class_name: text,
  type_uid: z.int(),
  type_name: text,
  severity_id: z.literal([0, 1, 2, 3, 4, 5, 6, 99]),
  severity: text,
  status_id: z.literal([0, 1, 2, 99]),
  status: text,
  status_code: text.optional(),
  status_detail: text.optional(),
  time: when,
  message: text,
  metadata: z.strictObject({
    version: z.literal('1.9.0'),
    product: z.strictObject({ name: text, vendor_name: text, version: text }),
    profiles: z.array(z.enum(['cloud', 'ai_operation'])),
    uid: text,
    correlation_uid: text.optional(),
    event_code: text.optional(),
    log_provider: text.optional(),
    log_name: text.optional(),
  }),
  cloud,
  ai_agent: aiAgent.optional(),
  delegation: delegation.optional(),
  unmapped: z.record(z.string(), z.unknown()),
});

const isTypeOf = (each: { class_uid: number; activity_id: number; type_uid: number }): boolean =>
  each.type_uid === each.class_uid * 100 + each.activity_id;

export const AuthorizeSession = event
  .extend({
    class_uid: z.literal(3003),
    category_uid: z.literal(3),
    activity_id: z.literal(3),
    actor,
    user,
    session: session.optional(),
    iam_roles: z.array(z.strictObject({ uid: text })).min(1),
    privileges: z.array(text).optional(),
  })
  .refine(isTypeOf);

export const ApiActivity = event
  .extend({
    class_uid: z.literal(6003),
    category_uid: z.literal(6),
    activity_id: z.literal([0, 1, 2, 3, 4, 99]),
    actor,
    api: z.strictObject({
      operation: text,
      service: z.strictObject({ name: text }),
      request: z.strictObject({ uid: text }).optional(),
      response: z.strictObject({ error: text.optional(), error_message: text.optional() }).optional(),
    }),
    http_request: z.strictObject({ user_agent: text }).optional(),
    src_endpoint: z.strictObject({
      ip: z.union([z.ipv4(), z.ipv6()]).optional(),
      name: text.optional(),
      svc_name: text.optional(),
      uid: text.optional(),
    }),
    resources: z.array(z.strictObject({ uid: text })).optional(),
  })
  .refine(isTypeOf);
