import requests

url = "https://subdomain.zendesk.com/api/v2/chat/chats/1"
headers = {
	"Content-Type": "application/json",
}

response = requests.request(
	"GET",
	url,
	headers=headers
)

print(response.text)
