"""The whole system in memory and in virtual time, on asyncio and on trio."""
