/*
 * Every call of the Chats API through openapi-client-axios, which knows nothing
 * of it but our OpenAPI document: node openapi_client.js DOCUMENT SERVER TOKEN.
 * Prints what each call gave as JSON.
 */
const {OpenAPIClientAxios} = require('openapi-client-axios');

const [definition, server, token] = process.argv.slice(2);

async function main() {
  const api = new OpenAPIClientAxios({
    definition,
    withServer: {url: server},
    axiosConfigDefaults: {headers: {Authorization: `Bearer ${token}`}},
  });
  const client = await api.init();
  const seen = {};
  const note = (name, answer) => {
    seen[name] = {status: answer.status, data: answer.data};
    return answer.data;
  };
  const chat = note('create', await client.createChat(null, {
    type: 'offline_msg',
    message: 'Sent by a program that has read the document only',
    visitor: {name: 'Linus', email: 'linus@example.org', phone: '', notes: '', id: '1.5'},
    session: {id: '141009.655464.5', start_date: '2014-10-09T05:28:31Z', end_date: '2014-10-09T05:46:47Z'},
    timestamp: 1412832515,
  }));
  note('show', await client.showChat(chat.id));
  note('list', await client.listChats());
  note('ids', await client.listChats({ids: `${chat.id},none`}));
  note('search', await client.searchChats({q: 'visitor_name:Linus AND type:offline_msg', page: 1}));
  note('update', await client.updateChat(chat.id, {unread: false}));
  // What changes within the running second comes once it is over.
  while (!note('export', await client.exportChats({start_time: 0, fields: 'id,unread'}))
    .chats.some((each) => each.id === chat.id));
  note('delete', await client.deleteChat(chat.id));
  note('delete ids', await client.deleteChats({ids: chat.id}));
  note('shown no more', await client.showChat(chat.id, null, {validateStatus: () => true}));
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error.message, error.response && error.response.data);
  process.exit(1);
});
