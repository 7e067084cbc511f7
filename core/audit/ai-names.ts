/** Data: by what AI services and agents can be told in a trail. Add to it; nothing else has to change. */

/** `eventSource`: services that run models or agents. */
export const AI_SERVICES =
  /^(?:bedrock[a-z-]*|sagemaker[a-z-]*|q|qbusiness|qapps|qdeveloper|codewhisperer|kiro|nova-act|aws-mcp)\.amazonaws\.com$/;

/**
 * Programs that act for a model, as they name themselves in `User-Agent`. Whoever wants to can hide there: that one is
 * found proves something, that none is found does not.
 */
export const AGENT_USER_AGENTS = new RegExp(
  [
    // Anthropic's.
    'claude-cli/',
    'claude-code',
    // AWS's: command line, editors, servers of the Model Context Protocol.
    'AmazonQ-For-',
    'aws-mcp',
    'awslabs/mcp/',
    'awslabs\\.[a-z-]{1,64}-mcp-server',
    'mcp-proxy-for-aws',
    'mcp-server',
    'strands-agents',
    // Others' programs and frameworks.
    'langchain',
    'langgraph',
    'llama-?index',
    'crewai',
    'openai-agents',
    'codex-cli',
    'gemini-cli',
    'cursor-agent',
  ].join('|'),
  'i',
);
