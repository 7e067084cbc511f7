import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { type Answers, refusedWith, text } from './answers.ts';

/** Ed25519 as node has it: what KMS does is what the check asks. */
export function keyAnswers(): { readonly answers: Answers; names(): readonly string[] } {
  const keys = new Map<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>();
  const aliases = new Map<string, string>();
  const key = (id: string) => {
    const found = keys.get(aliases.get(id) ?? id);
    if (found === undefined) throw refusedWith('NotFoundException', 400);
    return found;
  };
  const answers: Answers = {
    CreateKeyCommand: () => {
      const KeyId = randomUUID();
      keys.set(KeyId, generateKeyPairSync('ed25519'));
      return { KeyMetadata: { KeyId } };
    },
    CreateAliasCommand: (input) => {
      aliases.set(text(input, 'AliasName'), text(input, 'TargetKeyId'));
      return {};
    },
    DeleteAliasCommand: (input) => {
      aliases.delete(text(input, 'AliasName'));
      return {};
    },
    ListAliasesCommand: () => ({ Aliases: [...aliases.keys()].map((AliasName) => ({ AliasName })) }),
    DescribeKeyCommand: (input) => {
      key(text(input, 'KeyId'));
      return { KeyMetadata: { KeyId: aliases.get(text(input, 'KeyId')) ?? text(input, 'KeyId') } };
    },
    ScheduleKeyDeletionCommand: (input) => {
      keys.delete(text(input, 'KeyId'));
      return {};
    },
    GetPublicKeyCommand: (input) => ({
      PublicKey: key(text(input, 'KeyId')).publicKey.export({ type: 'spki', format: 'der' }),
    }),
    SignCommand: (input) => ({
      Signature: sign(null, input.Message as Uint8Array, key(text(input, 'KeyId')).privateKey),
    }),
  };
  return { answers, names: () => [...aliases.keys(), ...keys.keys()] };
}
