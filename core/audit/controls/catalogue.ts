/**
 * Frameworks, and what a run of Writ shows toward each of their controls. Ids are the frameworks'; titles are our words for
 * what is asked, and no replacement for theirs. What fits no control is not in here: most of a framework is about other things.
 */
import type { Framework } from './finding.ts';
import type { NeverShown, Query } from './queries.ts';

export interface Control {
  readonly id: string;
  readonly title: string;
  /** What this run is asked; empty: Writ has nothing toward it. */
  readonly shows: readonly Query[];
  readonly never: readonly NeverShown[];
}

const control = (
  id: string,
  title: string,
  shows: readonly Query[],
  never: readonly NeverShown[],
): Control => ({ id, title, shows, never });

export const CATALOGUE: { readonly [framework in Framework]: readonly Control[] } = {
  'NIST CSF 2.0': [
    control(
      'GV.RR-02',
      'Roles, responsibilities and authorities are known',
      ['decided', 'approved'],
      ['roles', 'changes'],
    ),
    control(
      'ID.AM-08',
      'Systems, software and services are managed through their life',
      ['decided', 'lifetimes', 'revoked'],
      ['changes', 'others'],
    ),
    control(
      'PR.AA-01',
      'Identities and credentials are managed',
      ['named', 'lifetimes', 'revoked', 'standing'],
      ['others', 'changes'],
    ),
    control(
      'PR.AA-02',
      'Identities are proofed, and bound to credentials, as the context asks',
      ['proved', 'tokens', 'signedIn'],
      ['identityProvider'],
    ),
    control(
      'PR.AA-03',
      'Users, services and hardware are authenticated',
      ['proved', 'signedIn', 'refused'],
      ['identityProvider'],
    ),
    control(
      'PR.AA-04',
      'Identity assertions are protected, conveyed and verified',
      ['tokens', 'chain'],
      ['identityProvider'],
    ),
    control(
      'PR.AA-05',
      'Rights are set by policy, enforced, reviewed, least and separated',
      ['decided', 'granted', 'used', 'approved'],
      ['review', 'approver', 'unused'],
    ),
    control(
      'PR.PS-04',
      'Log records are made, and available for monitoring',
      ['contents', 'attributed', 'covered'],
      ['system'],
    ),
    control(
      'DE.CM-03',
      'What people do with technology is monitored',
      ['attributed', 'inPlace', 'standing'],
      ['byHand', 'response'],
    ),
    control(
      'DE.CM-06',
      'What outside providers do is monitored',
      ['attributed', 'environments', 'unbrokered'],
      ['others', 'response'],
    ),
    control(
      'DE.CM-09',
      'Computing, runtime and their data are monitored',
      ['unbrokered', 'inTime', 'inPlace', 'covered'],
      ['data', 'response'],
    ),
    control(
      'DE.AE-03',
      'Information from several sources is correlated',
      ['attributed', 'complete', 'covered'],
      ['response'],
    ),
    control(
      'RS.AN-06',
      'What is done in an investigation is recorded; the records stay whole',
      ['whole', 'repeatable'],
      ['response', 'truth', 'sameLog'],
    ),
    control(
      'RS.AN-07',
      'Incident data is collected; its integrity and provenance are kept',
      ['whole', 'covered', 'repeatable'],
      ['trailKept', 'truth', 'sameLog'],
    ),
  ],

  'OWASP NHI 2025': [
    control(
      'NHI1',
      'Improper offboarding: identities that outlive their use',
      ['lifetimes', 'blocked', 'revoked', 'inTime'],
      ['others', 'identityProvider'],
    ),
    control(
      'NHI2',
      'Secret leakage: credentials that get about',
      ['lifetimes', 'inPlace', 'revoked'],
      ['secrets'],
    ),
    control(
      'NHI3',
      'Vulnerable third-party identities',
      ['proved', 'granted', 'revoked'],
      ['others', 'response'],
    ),
    control(
      'NHI4',
      'Insecure authentication',
      ['proved', 'tokens', 'refused'],
      ['identityProvider', 'others'],
    ),
    control('NHI5', 'Overprivileged identities', ['granted', 'used', 'decided'], ['unused', 'review']),
    control(
      'NHI6',
      'Insecure configuration of deployments in clouds',
      ['tokens', 'refused'],
      ['changes', 'others'],
    ),
    control('NHI7', 'Long-lived secrets', ['lifetimes', 'standing'], ['others', 'secrets']),
    control('NHI8', 'Environments that are not isolated', ['environments', 'granted'], ['others']),
    control('NHI9', 'Identities used by several', ['oneAgent', 'inPlace'], ['others']),
    control(
      'NHI10',
      'People who use identities of machines',
      ['named', 'standing', 'unbrokered'],
      ['byHand'],
    ),
  ],

  'OWASP Agentic 2026': [
    control('ASI01', 'Agent goal hijack', ['attributed', 'purpose'], ['model', 'response']),
    control('ASI02', 'Tool misuse', ['purpose', 'granted', 'used'], ['model', 'unused']),
    control(
      'ASI03',
      'Abuse of identity and privilege',
      ['named', 'decidedFirst', 'chain', 'attributed', 'unbrokered'],
      ['model', 'others'],
    ),
    control('ASI04', 'Agentic supply chain', ['attributed', 'proved'], ['model', 'others']),
    control('ASI05', 'Unexpected execution of code', ['attributed', 'inPlace'], ['model', 'response']),
    control('ASI06', 'Poisoned memory and context', ['attributed'], ['model']),
    control('ASI07', 'Insecure communication between agents', ['chain', 'tokens'], ['model', 'others']),
    control(
      'ASI08',
      'Failures that cascade',
      ['revoked', 'lifetimes', 'environments'],
      ['model', 'response'],
    ),
    control(
      'ASI09',
      'Exploited trust between person and agent',
      ['approved', 'purpose'],
      ['model', 'approver'],
    ),
    control(
      'ASI10',
      'Rogue agents',
      ['revoked', 'blocked', 'unbrokered', 'inTime'],
      ['model', 'response', 'others'],
    ),
  ],

  // A model of threats: what is cited are its layers.
  'CSA MAESTRO': [
    control('L1', 'Layer: foundation models', [], ['model']),
    control('L2', 'Layer: data operations', [], ['data']),
    control('L3', 'Layer: agent frameworks', ['named', 'chain'], ['model']),
    control('L4', 'Layer: deployment and infrastructure', ['proved', 'granted', 'environments'], ['others']),
    control('L5', 'Layer: evaluation and observability', ['attributed', 'complete', 'covered'], ['model']),
    control(
      'L6',
      'Layer: security and compliance, across the others',
      ['decided', 'approved', 'whole'],
      ['review', 'changes'],
    ),
    control('L7', 'Layer: agent ecosystem', ['oneAgent', 'chain', 'unbrokered'], ['model', 'others']),
  ],

  'NIST AI RMF 1.0': [
    control(
      'GOVERN 1.4',
      'Risk management works by transparent policies and controls',
      ['decided', 'refused'],
      ['changes'],
    ),
    control('GOVERN 1.6', 'There is an inventory of AI systems', ['named', 'standing'], ['others', 'system']),
    control('GOVERN 2.1', 'Roles and lines of communication are clear', ['named', 'approved'], ['roles']),
    control(
      'GOVERN 3.2',
      'Who oversees AI, and how, is set out',
      ['approved', 'revoked'],
      ['roles', 'approver'],
    ),
    control(
      'MAP 3.5',
      'Human oversight is defined and documented',
      ['approved', 'revoked'],
      ['roles', 'changes'],
    ),
    control(
      'MEASURE 2.4',
      'Behaviour in production is monitored',
      ['attributed', 'used', 'covered'],
      ['model', 'system'],
    ),
    control(
      'MEASURE 2.7',
      'Security and resilience are evaluated',
      ['unbrokered', 'inPlace', 'inTime', 'standing'],
      ['model', 'response'],
    ),
    control(
      'MEASURE 2.8',
      'Risks to transparency and accountability are examined',
      ['attributed', 'purpose', 'whole'],
      ['model', 'truth'],
    ),
    control(
      'MANAGE 2.4',
      'A system that does what it should not can be switched off',
      ['revoked', 'blocked'],
      ['response', 'system'],
    ),
    control(
      'MANAGE 4.1',
      'Systems are monitored after deployment, with means to override',
      ['attributed', 'revoked', 'refused'],
      ['system', 'response'],
    ),
    control(
      'MANAGE 4.3',
      'Incidents are told, tracked and followed up',
      ['revoked', 'unbrokered'],
      ['communication', 'response'],
    ),
  ],

  'SOC 2': [
    control(
      'CC2.1',
      'Information for control is complete, accurate and kept',
      ['whole', 'complete', 'covered', 'repeatable'],
      ['truth', 'trailKept'],
    ),
    control(
      'CC6.1',
      'Logical access is restricted; who gets it is identified and authenticated',
      ['named', 'proved', 'granted', 'refused'],
      ['others', 'identityProvider'],
    ),
    control(
      'CC6.2',
      'Authorised before credentials are issued; removed when no longer due',
      ['decidedFirst', 'complete', 'lifetimes', 'revoked', 'inTime'],
      ['identityProvider', 'others'],
    ),
    control(
      'CC6.3',
      'Access follows role, least privilege and separation of duties',
      ['decided', 'granted', 'used', 'approved'],
      ['review', 'approver', 'changes'],
    ),
    control(
      'CC7.2',
      'Anomalies, compromised credentials among them, are watched for',
      ['unbrokered', 'inPlace', 'inTime', 'standing', 'covered'],
      ['response', 'others'],
    ),
    control(
      'CC7.3',
      'Security events are evaluated',
      ['attributed', 'unbrokered'],
      ['response', 'communication'],
    ),
    control('CC7.4', 'Incidents are responded to', ['revoked', 'blocked'], ['response', 'communication']),
    control('CC8.1', 'Changes are authorised, tested and approved', ['decided'], ['changes']),
  ],

  'ISO/IEC 42001': [
    control('A.3.2', 'Who answers for what with regard to AI', ['named', 'approved'], ['roles']),
    control(
      'A.6.2.6',
      'The system is run, and watched while it runs',
      ['attributed', 'used', 'covered'],
      ['system', 'model'],
    ),
    control(
      'A.6.2.8',
      'Event logs are recorded, at the least while the system is in use',
      ['contents', 'whole', 'complete', 'retained'],
      ['system', 'trailKept'],
    ),
    control('A.8.4', 'Incidents are passed on to users', ['revoked'], ['communication']),
    control(
      'A.9.2',
      'How AI is used responsibly is set out as a process',
      ['purpose', 'decided'],
      ['changes', 'model'],
    ),
    control(
      'A.9.4',
      'It is used for what it is meant for',
      ['purpose', 'used', 'inTime'],
      ['model', 'unused'],
    ),
    control('A.10.2', 'Responsibilities are shared out among the parties', ['named', 'tokens'], ['roles']),
  ],

  'EU AI Act': [
    control(
      '12(1)',
      'Events are logged automatically over the life of the system',
      ['contents', 'complete', 'whole'],
      ['system', 'model'],
    ),
    control(
      '12(2)(a)',
      'Logs let situations of risk be found',
      ['unbrokered', 'inTime', 'inPlace'],
      ['system', 'model'],
    ),
    control('12(2)(b)', 'Logs help to watch the market afterwards', ['attributed', 'covered'], ['system']),
    control(
      '12(2)(c)',
      'Logs let the deployer watch how it runs',
      ['attributed', 'used', 'purpose'],
      ['system', 'model'],
    ),
    control(
      '14(4)(d)',
      'A person can decide not to use it, or override it',
      ['approved', 'revoked'],
      ['model', 'roles'],
    ),
    control('14(4)(e)', 'A person can step in and stop it', ['revoked', 'blocked'], ['system', 'response']),
    control(
      '19(1)',
      'Providers keep the logs six months at least',
      ['retained', 'whole'],
      ['system', 'trailKept'],
    ),
    control(
      '26(6)',
      'Deployers keep the logs six months at least',
      ['retained', 'whole'],
      ['system', 'trailKept'],
    ),
  ],

  'NIST SP 800-53 r5': [
    control(
      'AC-6(9)',
      'Use of privileged functions is logged',
      ['attributed', 'used', 'covered'],
      ['others'],
    ),
    control(
      'AC-24',
      'Access is decided for each request, before it',
      ['decided', 'decidedFirst', 'refused'],
      ['changes'],
    ),
    control(
      'AU-3',
      'A record says what, when, where, from where, how it ended and who',
      ['contents', 'named'],
      ['truth'],
    ),
    control('AU-8', 'Time stamps from clocks that agree', ['clocks', 'inTime'], ['clockSource']),
    control(
      'AU-9(3)',
      'Audit records are protected by cryptography',
      ['whole', 'repeatable'],
      ['truth', 'sameLog'],
    ),
    control('AU-10(1)', 'Who did it is bound to the record', ['named', 'tokens', 'decidedFirst'], ['truth']),
    control(
      'AU-12',
      'Audit records are generated, where and for what is chosen',
      ['contents', 'complete', 'covered'],
      ['system'],
    ),
    control(
      'IA-9',
      'Services are identified and authenticated',
      ['proved', 'chain'],
      ['identityProvider', 'others'],
    ),
  ],
};
